-- a founds
  0.000 a configured
  0.000 a joined
  0.005 a lease taken slot=0
-- b, with another key, tries to join through a
  1.005 a wrong key
  2.474 b seeds silent
 17.208 a wrong key
 28.336 a wrong key
 39.594 a wrong key
 51.412 a wrong key
-- the end
