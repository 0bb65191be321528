#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The status page to C: embed_page.sh DIR. page.html with page.css and page.js in the place of its
# two comments becomes felt_page_text; felt_page_policy lets a browser take this very style and
# script and no other, by their hashes (Content Security Policy Level 3, 8.4).
set -eu
LC_ALL=C
export LC_ALL
dir=$1

# What the browser hashes is all that is between the tags.
hash_of() {
    hex=$(sha256sum <"$1" | cut -c1-64 | sed 's/../\\x&/g')
    env printf "$hex" | base64
}
to_c() {
    sed 's/\\/\\\\/g; s/"/\\"/g; s/?/\\?/g; s/^/    "/; s/$/\\n"/'
}

style=$(hash_of "$dir/page.css")
script=$(hash_of "$dir/page.js")

printf '/* Made by embed_page.sh. */\n#include "httpd/page_text.h"\n\n'
printf 'const char felt_page_policy[] =\n'
printf '    "default-src '\''none'\''; connect-src '\''self'\''; base-uri '\''none'\''; form-action '\''none'\''; "\n'
printf '    "frame-ancestors '\''none'\''; style-src '\''sha256-%s'\''; script-src '\''sha256-%s'\''";\n\n' "$style" "$script"
printf 'const char felt_page_text[] =\n'
while IFS= read -r line; do
    case $line in
    '<!-- style -->')
        printf '    "<style>"\n'
        to_c <"$dir/page.css"
        printf '    "</style>\\n"\n'
        ;;
    '<!-- script -->')
        printf '    "<script>"\n'
        to_c <"$dir/page.js"
        printf '    "</script>\\n"\n'
        ;;
    *) printf '%s\n' "$line" | to_c ;;
    esac
done <"$dir/page.html"
printf '    ;\n'
