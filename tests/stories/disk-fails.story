-- a founds
  0.000 a configured
  0.000 a joined
  0.005 a lease taken slot=0
-- a's disk fails, and b joins
  1.005 a member alive b
  1.010 a cannot save
  2.466 b seeds silent
  2.691 a member suspect b
  5.691 a member dead b
-- the disk works again
 33.110 b configured
 33.110 b joined
 33.110 b member alive a
 33.115 b lease taken slot=128
 33.120 a member alive b
-- the end
