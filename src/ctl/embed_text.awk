# SPDX-License-Identifier: Apache-2.0
# Text files to C: awk -f embed_text.awk FILE... For proto/io.felt.varlink the text becomes
# const char felt_text_io_felt[]; the last component of the name is left out.
function name(path) {
    sub(/.*\//, "", path)
    sub(/\.[^.]*$/, "", path)
    gsub(/[^A-Za-z0-9]/, "_", path)
    return path
}
BEGIN {
    print "/* Made by embed_text.awk from proto/. */"
    print "#include \"ctl/varlink_text.h\""
}
FNR == 1 {
    if (NR > 1)
        print "    ;"
    printf "\nconst char felt_text_%s[] =\n", name(FILENAME)
}
{
    gsub(/\\/, "\\\\")
    gsub(/"/, "\\\"")
    printf "    \"%s\\n\"\n", $0
}
END {
    print "    ;"
}
