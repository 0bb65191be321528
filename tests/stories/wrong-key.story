-- a founds
  0.000 a configured
  0.000 a joined
  0.005 a lease taken slot=0
-- b, with another key, tries to join through a
  1.005 a wrong key
  2.378 b seeds silent
 16.058 a wrong key
 27.316 a wrong key
 39.133 a wrong key
 57.017 a wrong key
-- the end
