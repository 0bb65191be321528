/* SPDX-License-Identifier: Apache-2.0 */
/* How much is logged. */
#include "agent/log.h"
#include "agent/methods.h"

void felt_methods_log_level(struct felt_varlink_answer *ret_answer)
{
    ret_answer->parameters = json_pack("{s:s}", "level", felt_log_level_name(felt_log_max()));
}

void felt_methods_set_log_level(const json_t *parameters, struct felt_varlink_answer *ret_answer)
{
    const char *text = json_string_value(json_object_get(parameters, "level"));
    enum felt_log_level level;

    if (!text || felt_log_level_parse(text, &level) < 0) {
        felt_varlink_answer_invalid(ret_answer, "level");
        return;
    }
    felt_log_set_max(FELT_MAX(level, FELT_LOG_NOTICE));
    felt_log_notice("control: log level is %s now", text);
    felt_log_set_max(level);
}
