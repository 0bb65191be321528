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
-- the link between b and c fails
-- the link from a to c fails as well: a does not reach it, and nobody can help
 81.732 a member suspect c
 81.742 b member suspect c
 82.398 c member suspect a
 83.742 b member dead c
 83.752 a member dead c
 83.918 c member suspect b
 83.918 c crowd silent
 83.929 a member suspect b
 83.929 a member alive b
101.598 c member dead a
103.118 c member dead b
103.118 c crowd silent no more
-- the links are back
144.287 c member alive a
144.298 a member alive c
144.497 b member alive c
145.902 c member alive b
-- the end
