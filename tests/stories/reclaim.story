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
-- a's operator gives c up, which runs: refused
-- c is killed
 22.732 a member suspect c
 22.742 b member suspect c
 24.732 a member dead c
 24.742 b member dead c
-- a's operator gives c up
 41.021 a begins an era: reclaimed slots=63
 41.021 b begins an era: reclaimed slots=63
-- c is started again, and takes another subnet
 51.000 c configured
 51.000 c joined
 51.000 c lease taken slot=65
 51.005 a member alive c
 51.015 b member alive c
 51.468 c begins an era: reclaimed slots=63
 51.468 c lease lost slot=65
 51.479 c lease taken slot=64
-- the end
