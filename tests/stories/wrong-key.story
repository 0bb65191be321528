-- a founds
  0.000 a configured
  0.000 a joined
  0.005 a lease taken slot=0
-- b, with another key, tries to join through a
  1.005 a wrong key
  2.307 b seeds silent
 17.927 a wrong key
 37.351 a wrong key
 57.127 a wrong key
-- the end
