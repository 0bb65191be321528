-- a founds
  0.000 a configured
  0.000 a joined
  0.005 a lease taken slot=0
-- a's disk fails, and b joins
  1.005 a member alive b
  1.010 a cannot save
  2.691 a member suspect b
  2.724 b seeds silent
  5.691 a member dead b
-- the disk works again
 32.968 b configured
 32.968 b joined
 32.968 b member alive a
 32.973 b lease taken slot=128
 32.979 a member alive b
-- the end
