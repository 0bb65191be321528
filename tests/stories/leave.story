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
-- a leaves as well; b has all now
 31.005 b member left a
 31.410 a has left
-- b, the last one, can not leave
-- d joins through b
 51.005 b member alive d
 51.011 d configured
 51.011 d joined
 51.011 d member alive b
 51.016 d lease taken slot=127
-- the end
