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
-- c joins through a
 11.006 a member alive c
 11.011 c configured
 11.011 c joined
 11.011 c member alive a
 11.012 c member alive b
 11.016 c lease taken slot=65
 11.016 b member alive c
-- the link between c and the others fails
 22.878 c member suspect b
 23.691 a member suspect c
 23.692 b member suspect c
 23.878 c member suspect a
 26.691 a member dead c
 26.692 b member dead c
 40.878 c member dead b
 41.878 c member dead a
-- the link is back, two minutes later
145.105 b member alive c
145.116 a member alive c
145.116 c member alive b
145.702 c member alive a
-- the end
