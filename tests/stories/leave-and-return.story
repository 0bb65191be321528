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
-- c leaves
 21.005 a member left c
 21.005 b member left c
 21.410 c has left
-- c is started again, and joins as it did first
 31.005 a member alive c
 31.011 c configured
 31.011 c joined
 31.011 c member alive a
 31.012 c member alive b
 31.016 b member alive c
 31.016 c lease taken slot=64
-- the end
