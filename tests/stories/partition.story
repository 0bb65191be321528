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
 11.005 a member alive c
 11.011 c configured
 11.011 c joined
 11.011 c member alive a
 11.012 c member alive b
 11.016 b member alive c
 11.016 c lease taken slot=65
-- the link between c and the others fails
 22.398 c member suspect b
 22.732 a member suspect c
 22.742 b member suspect c
 23.918 c member suspect a
 23.918 c crowd silent
 24.732 a member dead c
 24.742 b member dead c
 41.598 c member dead b
 43.118 c member dead a
 43.118 c crowd silent no more
-- the link is back, two minutes later
142.256 a member alive c
142.267 b member alive c
142.267 c member alive a
143.002 c member alive b
-- the end
