-- a founds
  0.000 a configured
  0.000 a joined
  0.005 a lease taken slot=0
-- b joins through a
  1.005 a member alive b
  1.011 b configured
  1.011 b joined
  1.011 b member alive a
  1.016 b lease taken slot=2
-- c joins through a
 11.005 a member alive c
 11.011 c configured
 11.011 c joined
 11.011 c member alive a
 11.012 c member alive b
 11.016 b member alive c
 11.016 c lease taken slot=1
-- d joins through a, and there is no subnet left
 21.005 a member alive d
 21.006 d configured
 21.006 d joined
 21.006 d member alive a
 21.007 d member alive b
 21.007 d member alive c
 21.016 c member alive d
 21.016 b member alive d
 21.124 d waiting for a lease all 3 subnets are owned, and all owners are alive
-- b is killed: its subnet stays its own
 91.393 d member suspect b
 91.403 a member suspect b
 91.403 c member suspect b
 92.993 d member dead b
 93.003 a member dead b
 93.003 c member dead b
-- the end
