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
-- c is killed
 22.732 a member suspect c
 22.742 b member suspect c
 24.732 a member dead c
 24.742 b member dead c
-- c is started again, a minute later
 81.000 c configured
 81.000 c joined
 81.000 c lease taken slot=65
 81.005 a member alive c
 81.016 b member alive c
-- the end
