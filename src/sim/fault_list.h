/* SPDX-License-Identifier: Apache-2.0 */
/* The faults, each in its file. */
#pragma once

#include "sim/fault.h"

extern const struct sim_fault sim_fault_loss;
extern const struct sim_fault sim_fault_reorder;
extern const struct sim_fault sim_fault_duplicate;
extern const struct sim_fault sim_fault_partition;
extern const struct sim_fault sim_fault_asymmetric;
extern const struct sim_fault sim_fault_isolate;
extern const struct sim_fault sim_fault_flip_flop;
extern const struct sim_fault sim_fault_one_way;
extern const struct sim_fault sim_fault_unplugged;
extern const struct sim_fault sim_fault_slow;
extern const struct sim_fault sim_fault_pause;
extern const struct sim_fault sim_fault_clock;
extern const struct sim_fault sim_fault_days;
extern const struct sim_fault sim_fault_crash;
extern const struct sim_fault sim_fault_power;
extern const struct sim_fault sim_fault_persist;
extern const struct sim_fault sim_fault_address;
extern const struct sim_fault sim_fault_readdress;
extern const struct sim_fault sim_fault_disk_fails;
extern const struct sim_fault sim_fault_disk_lost;
extern const struct sim_fault sim_fault_disk_torn;
extern const struct sim_fault sim_fault_rollback;
extern const struct sim_fault sim_fault_clone;
extern const struct sim_fault sim_fault_join_storm;
extern const struct sim_fault sim_fault_leave_storm;
extern const struct sim_fault sim_fault_donor;
extern const struct sim_fault sim_fault_duel;
extern const struct sim_fault sim_fault_reserve;
extern const struct sim_fault sim_fault_reclaim;
extern const struct sim_fault sim_fault_force;
extern const struct sim_fault sim_fault_contest;
extern const struct sim_fault sim_fault_behind;
extern const struct sim_fault sim_fault_wish;
extern const struct sim_fault sim_fault_bridge;
extern const struct sim_fault sim_fault_keys;
extern const struct sim_fault sim_fault_suspend;
extern const struct sim_fault sim_fault_split;
extern const struct sim_fault sim_fault_filtered;
extern const struct sim_fault sim_fault_stranger;
