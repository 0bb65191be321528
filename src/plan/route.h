/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel goes by where it holds routes: destination, metric and TOS. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "plan/observed.h"

/* The metric of a route to there that is given none. */
uint32_t felt_plan_route_metric(const struct felt_cidr *dst);

/* Whether it is in the place of a route that is given neither metric nor TOS. Of IPv6 so are the
 * kernel's own ones, whose metric precedes ours. */
bool felt_plan_route_in_place(const struct felt_plan_route *route);

/* Whether they say the same, whoever wrote them. Of a route that names an object, the object says
 * the rest. */
bool felt_plan_route_same(const struct felt_plan_route *a, const struct felt_plan_route *b);
