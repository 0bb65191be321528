-- a founds
  0.000 a configured
  0.000 a joined
  0.005 a lease taken slot=0
-- b joins, and an etcd bridge begins beside a
  1.005 a member alive b
  1.011 b configured
  1.011 b joined
  1.011 b member alive a
  1.016 b lease taken slot=128
  6.000 a etcd bridge on beside a
  6.010 b etcd bridge on beside a
-- 192.0.2.3, a flanneld, has slot 77 in etcd; c is that machine with feltd, and waits
 16.005 b member alive c
 16.006 a member alive c
 16.006 c configured
 16.006 c joined
 16.006 c member alive b
 16.006 c member alive a
 16.692 c etcd bridge on beside a
 17.616 c waiting for a lease the etcd bridge on a has not made the key of a subnet in etcd yet
-- c's key is in etcd, and slot 77 is not foreign any more
 26.010 c lease taken slot=77
-- a flanneld has taken b's slot, and does not move
 36.010 b lease lost slot=128
 38.136 b waiting for a lease the etcd bridge on a has not made the key of a subnet in etcd yet
 41.010 b lease taken slot=254
-- a is killed, d joins, a is back, and d's key is made
 46.919 c member suspect a
 46.929 b member suspect a
 48.919 c member dead a
 48.929 b member dead a
 76.006 b member alive d
 76.006 d configured
 76.006 d joined
 76.006 d member alive b
 76.007 d member alive c
 76.007 d member dead a
 76.016 c member alive d
 76.353 d etcd bridge on beside a
 78.211 d waiting for a lease the etcd bridge is on, and the node beside it, a, is silent; nobody else gives a subnet
 86.000 a configured
 86.000 a joined
 86.000 a lease taken slot=0
 86.005 b member alive a
 86.006 a member alive d
 86.015 d member alive a
 86.015 c member alive a
 96.010 d lease taken slot=253
-- it is cut over by force; that is undone, and done again
101.000 a etcd bridge off
101.010 b etcd bridge off
101.010 c etcd bridge off
101.010 d etcd bridge off
106.000 a etcd bridge on beside a
106.010 d etcd bridge on beside a
106.010 b etcd bridge on beside a
106.010 c etcd bridge on beside a
111.000 a etcd bridge off
111.010 c etcd bridge off
111.010 b etcd bridge off
111.010 d etcd bridge off
-- e joins, as ever
116.005 c member alive e
116.006 e configured
116.006 e joined
116.006 e member alive c
116.006 e member alive a
116.006 a member alive e
116.007 e member alive d
116.007 e member alive b
116.011 e etcd bridge off
116.016 b member alive e
116.016 d member alive e
116.021 e lease taken slot=202
-- the end
