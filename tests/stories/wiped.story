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
-- c is killed and its disk wiped; it joins again
 21.005 a member alive c
 21.006 c configured
 21.006 c joined
 21.006 c member alive a
 21.007 c member alive b
 21.007 c member alive c
 21.016 b member alive c
 21.989 c member suspect c
 21.999 a member suspect c
 21.999 b member suspect c
 23.589 c member dead c
 23.599 b member dead c
 23.599 a member dead c
 24.073 a begins an era: reclaimed slots=63
 24.073 b begins an era: reclaimed slots=63
 24.073 c begins an era: reclaimed slots=63
 24.078 c lease taken slot=65
-- the end
