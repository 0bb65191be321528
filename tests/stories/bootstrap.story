-- a and b are two of three candidates
  0.005 a bootstrap 1 of 3 candidates are in sight
  0.005 b bootstrap 1 of 3 candidates are in sight
  0.005 b bootstrap 2 of 3 candidates are in sight
  0.005 a bootstrap 2 of 3 candidates are in sight
-- c is the third
 20.005 c bootstrap 1 of 3 candidates are in sight
 20.005 b bootstrap 3 of 3 candidates are in sight
 20.005 a bootstrap 3 of 3 candidates are in sight
 20.026 c bootstrap 2 of 3 candidates are in sight
 20.026 c bootstrap promised to join the cluster that node=15b644fb founds
 20.047 b bootstrap promised to join the cluster that node=15b644fb founds
 20.047 a bootstrap this node is to found the cluster; it holds 1 of 3 promises
 20.052 a bootstrap this node is to found the cluster; it holds 2 of 3 promises
 20.073 a bootstrap this node is to found the cluster; it holds 3 of 3 promises
 20.073 a bootstrap all 3 promises are there: founding the cluster
 20.073 a configured
 20.073 a joined
 20.078 a lease taken slot=0
 20.099 a member alive c
 20.099 a member alive b
 20.104 c configured
 20.104 c joined
 20.104 c member alive a
 20.106 c member alive b
 20.109 b configured
 20.109 b joined
 20.109 b member alive a
 20.109 b member alive c
 20.109 c lease taken slot=128
 20.114 b lease taken slot=65
-- d has the same command line, and comes too late
 30.005 d bootstrap 1 of 3 candidates are in sight
 30.005 a member alive d
 30.011 d configured
 30.011 d joined
 30.011 d member alive a
 30.012 d member alive b
 30.012 d member alive c
 30.016 b member alive d
 30.016 d lease taken slot=33
 30.016 c member alive d
-- the end
