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
-- d joins through a
 21.005 a member alive d
 21.011 d configured
 21.011 d joined
 21.011 d member alive a
 21.012 d member alive b
 21.012 d member alive c
 21.016 b member alive d
 21.016 d lease taken slot=33
 21.016 c member alive d
-- c is killed, and d leaves
 31.005 a member left d
 31.005 b member left d
 31.393 d member suspect c
 31.410 b member suspect c
 31.410 a member suspect c
 32.993 d member dead c
 33.003 a member dead c
 33.003 b member dead c
 33.010 d has left
-- two days later a and b have forgotten d, and not c
-- c is started again: it knows d still
172841.000 c configured
172841.000 c joined
172841.000 c lease taken slot=65
172841.705 b member alive c
172841.705 c starts over
172841.715 a member alive c
172842.243 c member alive a
-- the end
