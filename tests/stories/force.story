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
-- the links between a and the others fail
 21.931 b member suspect a
 21.942 c member suspect a
 22.211 a member suspect b
 23.731 a member suspect c
 23.731 a crowd silent
 23.931 b member dead a
 23.942 c member dead a
 41.411 a member dead b
 42.931 a member dead c
 42.931 a crowd silent no more
-- a's operator gives b and c up: no majority
-- and forces it
 51.000 a begins an era by force: slots=190
-- d joins through a
 61.005 a member alive d
 61.011 d configured
 61.011 d joined
 61.011 d member alive a
 61.012 d member dead b
 61.012 d member dead c
 61.016 d lease taken slot=127
-- the links are back: b and c lose what they had, and take other subnets
 73.057 b member alive d
 73.067 c member alive d
 73.715 b member alive a
 73.715 a member alive b
 73.715 b begins an era by force: slots=0
 73.715 b lease lost slot=128
 73.724 d member alive b
 73.725 c member alive a
 73.726 b lease taken slot=63
 73.879 a member alive c
 73.880 c begins an era by force: slots=0
 73.880 c lease lost slot=65
 73.880 d member alive c
 73.890 c lease taken slot=192
-- the end
