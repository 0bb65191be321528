# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# For tests of packages: whether a debugger would find the symbols of a program, and a line of the source by them.

# line_of PROGRAM DIR FUNCTION: where in the source FUNCTION begins, by the file below DIR that has PROGRAM's build
# id for its name, as gdb looks for it. The program itself has no symbols, or it says so.
line_of() {
    local id file address
    [[ $(readelf -SW "$1") != *.symtab* ]] || { echo "$1 is not stripped" && return; }
    id=$(readelf -n "$1" | sed -n 's/.*Build ID: //p')
    file=$2/usr/lib/debug/.build-id/${id:0:2}/${id:2}.debug
    [[ -e $file ]] || { echo "there is no file for build id $id" && return; }
    address=$(nm "$file" | awk -v name="$3" '$3 == name { print $1; exit }')
    addr2line -e "$file" "${address:-0}" | sed 's,.*/src/,src/,'
}
