-- a founds
  0.000 a configured
  0.000 a joined
  0.005 a lease taken slot=0
-- a reserves slot 1 for c, and slot 2 for whoever comes from 192.0.2.4, which is d
-- b joins through a, and would like slot 1
 11.005 a member alive b
 11.006 b configured
 11.006 b joined
 11.006 b member alive a
 11.105 b waiting for a lease all 2 free subnets are reserved for others
-- c joins through a, and would like slot 2
 21.005 a member alive c
 21.011 c configured
 21.011 c joined
 21.011 c member alive a
 21.012 c member alive b
 21.016 b member alive c
 21.016 c lease taken slot=1 this one is reserved for this node
-- all but d are killed and started again
 31.000 a configured
 31.000 a joined
 31.000 a lease taken slot=0
 31.000 b configured
 31.000 b joined
 31.000 c configured
 31.000 c joined
 31.000 c lease taken slot=1 this one is reserved for this node
 31.005 b waiting for a lease the only free subnet is reserved for another node
-- c does not keep slot 2 for 192.0.2.4 any more: b has it
 96.386 b lease taken slot=2 the wished one is reserved for c
-- d comes, too late
116.005 a member alive d
116.006 d configured
116.006 d joined
116.006 d member alive a
116.007 d member alive b
116.007 d member alive c
116.016 b member alive d
116.016 c member alive d
116.124 d waiting for a lease all 3 subnets are owned, and all owners are alive
-- the end
