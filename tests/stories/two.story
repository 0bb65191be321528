-- a founds
  0.000 a configured
  0.000 a joined
  0.005 a lease taken slot=0
-- b joins through a
  1.005 a member alive b
  1.011 b configured
  1.011 b joined
  1.011 b member alive a
  1.016 b lease taken slot=128
-- b is killed
 12.211 a member suspect b
 15.211 a member dead b
-- b is started again
 41.000 b configured
 41.000 b joined
 41.000 b lease taken slot=128
 41.005 a member alive b
-- the end
