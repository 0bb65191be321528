-- a founds
  0.000 a configured
  0.000 a joined
  0.005 a lease taken slot=0
-- a's disk fails, and b joins
  1.005 a member alive b
  1.010 a cannot save
  2.386 b seeds silent
  2.691 a member suspect b
  5.691 a member dead b
-- the disk works again
 32.036 b configured
 32.036 b joined
 32.036 b member alive a
 32.041 b lease taken slot=128
 32.046 a member alive b
-- the end
