-- a founds
  0.000 a configured
  0.000 a joined
  0.005 a lease taken slot=0
-- b, c and d join through a at once
  1.005 a member alive c
  1.005 a member alive d
  1.006 a member alive b
  1.011 c configured
  1.011 c joined
  1.011 c member alive a
  1.012 c member alive d
  1.012 c member alive b
  1.016 d configured
  1.016 d joined
  1.016 d member alive a
  1.016 c lease taken slot=128
  1.016 d member alive b
  1.016 d member alive c
  1.016 b configured
  1.016 b joined
  1.016 b member alive a
  1.016 b member alive d
  1.016 b member alive c
  1.021 d lease taken slot=65
  1.021 b lease taken slot=33
-- the end
