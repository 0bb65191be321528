-- a founds
  0.000 a configured
  0.000 a joined
  0.005 a lease taken slot=0
-- the end
