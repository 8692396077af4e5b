# SPDX-License-Identifier: MIT
#
# TAP for tests in bash, which source this file. `is NAME WANT GOT` and
# `ok NAME COMMAND...` print one TAP line each, `plan` comes last.

tests=0

result() {	# "" or "not ", name
	tests=$((tests + 1))
	echo "${1}ok $tests - $2"
}

ok() {
	local name=$1 output status
	shift
	output=$("$@" 2>&1)
	status=$?
	if [ $status = 0 ]; then
		result "" "$name"
	else
		result "not " "$name"
		echo "# status $status of: $*"
		sed 's/^/# /' <<< "$output"
	fi
}

is() {
	if [ "$2" = "$3" ]; then
		result "" "$1"
	else
		result "not " "$1"
		cut -c1-200 <<< "$2" | sed 's/^/# want: /'
		cut -c1-200 <<< "$3" | sed 's/^/# got:  /'
	fi
}

matches() {	# name, extended regular expression, text
	if grep -Eq -- "$2" <<< "$3"; then
		result "" "$1"
	else
		result "not " "$1"
		echo "# no match for: $2"
		cut -c1-200 <<< "$3" | sed 's/^/# got:  /'
	fi
}

skip() {	# name, reason
	result "" "$1 # SKIP $2"
}

plan() {
	echo "1..$tests"
}
