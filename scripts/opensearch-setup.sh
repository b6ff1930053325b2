#!/usr/bin/env bash
# Puts index templates, retention and dashboards onto OpenSearch: see --help.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

help() {
  cat <<'HELP'
Usage: scripts/opensearch-setup.sh --endpoint URL [OPTION...]

Puts the files of src/main/opensearch onto an Amazon OpenSearch Service domain, a serverless
collection, or your own node: the index templates, the retention policy, and the dashboards with their
index patterns. If you run it again, it only changes what others have changed since then.

  --endpoint URL         the domain or node, such as http://localhost:9200
  --dashboards URL       OpenSearch Dashboards, such as http://localhost:5601 (default:
                         ENDPOINT/_dashboards)
  --tenant NAME          the tenant of the dashboards, if there are tenants (default: global)
  --retention DAYS       age at which indices of one day or month are deleted, such as 30d (default:
                         90d)
  --delete-older-than DAYS
                         do nothing but delete documents of windows that are older than this, such as
                         90d, from the indices without a day or month; intended for a daily run
  --dry-run              print the calls instead of sending them; credentials are not read
  -h, --help             show this help and exit

Authentication, for a user that may manage templates, policies and saved objects (default: none):
  --user NAME            basic authentication
  --password-file FILE   with --user: a file with the password, or - for standard input
  --sigv4 REGION[:es|:aoss]
                         Signature Version 4, for a domain (es) or a serverless collection (aoss).
                         Credentials come from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and
                         AWS_SESSION_TOKEN, or else from the AWS CLI, version 2

Retention: with the job's index-period=day or month, there is one index per day or month. The policy
deletes indices that were created longer ago than --retention. Without index-period, each aggregate
has one index that is never deleted: use --delete-older-than. A policy that was edited by hand stays
until --retention or this project's policy changes.

Exit codes: 0 if everything is done; 1 if a call failed, which the message names; 2 if an option is
wrong; 3 if everything is done except what the node does not have (index state management or
Dashboards). The script needs curl, or curl 7.88 or later with --sigv4. For a private certificate, set
CURL_CA_BUNDLE, as for curl.

Examples:
  scripts/opensearch-setup.sh --endpoint http://localhost:9200 --dashboards http://localhost:5601
  scripts/opensearch-setup.sh --endpoint https://search-shop.eu-central-1.es.amazonaws.com \
    --sigv4 eu-central-1 --retention 30d
  scripts/opensearch-setup.sh --endpoint https://search.example --user admin --password-file pw
  scripts/opensearch-setup.sh --endpoint http://localhost:9200 --delete-older-than 90d
HELP
}

assets=$project/src/main/opensearch
policy=clickstream

endpoint='' dashboards='' tenant=global retention=90d delete='' dry=no
user='' password_file='' region='' service=''

# value OPTION VALUE-OR-NOTHING...   The option's value, which must be there.
value() {
  [[ $# -ge 2 && -n $2 && $2 != --* ]] || fail "option $1 needs a value; see --help"
  printf '%s' "$2"
}

days() {
  [[ $2 =~ ^[1-9][0-9]{0,4}d$ ]] || fail "$1 is '$2'; it must be a number of days, such as 90d"
}

url() {
  [[ $2 =~ ^https?://[^/?#@[:space:]\"]+(/[^?#[:space:]\"]*)?$ ]] ||
    fail "$1 is '${2//:\/\/*@/://***@}'; it must be http[s]://host[:port][/path], without user or query"
}

while [[ $# -gt 0 ]]; do
  case $1 in
    --endpoint) endpoint=$(value "$@"); shift ;;
    --dashboards) dashboards=$(value "$@"); shift ;;
    --tenant) tenant=$(value "$@"); shift ;;
    --retention) retention=$(value "$@"); shift ;;
    --delete-older-than) delete=$(value "$@"); shift ;;
    --user) user=$(value "$@"); shift ;;
    --password-file) password_file=$(value "$@"); shift ;;
    --sigv4) region=$(value "$@"); shift ;;
    --dry-run) dry=yes ;;
    -h | --help) help; exit 0 ;;
    *) fail "unknown option $1; see --help" ;;
  esac
  shift
done

[[ -n $endpoint ]] || fail "--endpoint is missing, such as --endpoint http://localhost:9200"
url --endpoint "$endpoint"
endpoint=${endpoint%/}
dashboards=${dashboards:-$endpoint/_dashboards}
url --dashboards "$dashboards"
dashboards=${dashboards%/}
days --retention "$retention"
[[ -z $delete ]] || days --delete-older-than "$delete"
[[ $tenant =~ ^[A-Za-z0-9_.-]+$ ]] ||
  fail "--tenant is '$tenant'; it can contain letters, digits, '_', '.' and '-'"
[[ -z $user && -z $password_file || -n $user && -n $password_file ]] ||
  fail "--user and --password-file must be used together"
[[ -z $user || -z $region ]] || fail "--user and --sigv4 exclude each other"
if [[ -n $region ]]; then
  [[ $region =~ ^([a-z]{2}(-[a-z]+)+-[0-9]+)(:(es|aoss))?$ ]] ||
    fail "--sigv4 is '$region'; it must be a Region, such as eu-central-1, optionally followed by :es or :aoss"
  region=${BASH_REMATCH[1]} service=${BASH_REMATCH[4]:-es}
fi
[[ $service != aoss || -z $delete ]] ||
  fail "--delete-older-than is not possible on a serverless collection, which does not support deletion by query"
need_tool curl "install curl"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A failed call: what was sent, what came back, what to do.
die() {
  echo "$(basename "$0"): $*" >&2
  exit 1
}

# A text as curl's configuration takes it between quotes.
quoted() {
  local text=${1//\\/\\\\}
  printf '"%s"' "${text//\"/\\\"}"
}

sha256() {
  if command -v sha256sum >/dev/null 2>&1; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1
}

# Sets login to lines of curl's configuration. They reach curl through a pipe, so that no list of
# processes shows them.
read_login() {
  login=''
  if [[ -n $user ]]; then
    local password
    if [[ $password_file == - ]]; then
      IFS= read -r password || [[ -n $password ]] || fail "standard input has no password"
    else
      [[ -r $password_file ]] || fail "--password-file $password_file can't be read"
      IFS= read -r password <"$password_file" || [[ -n $password ]] ||
        fail "--password-file $password_file is empty"
    fi
    login="user = $(quoted "$user:$password")"$'\n'
  elif [[ -n $region ]]; then
    local version
    version=$(curl --version | sed -n '1s/^curl \([0-9]*\)\.\([0-9]*\).*/\1 \2/p')
    [[ ${version% *} -gt 7 || ${version#* } -ge 88 ]] ||
      fail "curl is ${version/ /.}, which does not sign session tokens: install 7.88 or later"
    local key=${AWS_ACCESS_KEY_ID:-} secret=${AWS_SECRET_ACCESS_KEY:-} token=${AWS_SESSION_TOKEN:-}
    if [[ -z $key || -z $secret ]]; then
      command -v aws >/dev/null 2>&1 ||
        fail "no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or install the AWS CLI"
      local found
      found=$(aws configure export-credentials --format env-no-export) ||
        fail "the AWS CLI has no credentials, or is older than version 2.9: log in with it, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
      key=$(sed -n 's/^AWS_ACCESS_KEY_ID=//p' <<<"$found")
      secret=$(sed -n 's/^AWS_SECRET_ACCESS_KEY=//p' <<<"$found")
      token=$(sed -n 's/^AWS_SESSION_TOKEN=//p' <<<"$found")
    fi
    login="user = $(quoted "$key:$secret")"$'\n'
    login+="aws-sigv4 = \"aws:amz:$region:$service\""$'\n'
    [[ -z $token ]] || login+="header = $(quoted "X-Amz-Security-Token: $token")"$'\n'
  fi
}

# call METHOD URL [BODY-FILE [CONTENT-TYPE]]   Sets status, 000 if nobody answers; the answer is in
# $work/answer. Parameters in URL must be in alphabetical order, and names without '*' or ',': what
# curl signs is the address as it stands.
call() {
  local method=$1 address=$2 body=${3:-} type=${4:-application/json} config=$login
  config+="url = $(quoted "$address")"$'\n'"request = \"$method\""$'\n'
  config+='header = "Accept: application/json"'$'\n'
  if [[ $address == "$dashboards"/api/* ]]; then
    config+='header = "osd-xsrf: true"'$'\n'"header = \"securitytenant: $tenant\""$'\n'
  fi
  if [[ -n $body ]]; then
    config+="header = \"Content-Type: $type\""$'\n'"data-binary = $(quoted "@$body")"$'\n'
  fi
  if [[ $service == aoss ]]; then
    : >"$work/empty"
    config+="header = \"X-Amz-Content-Sha256: $(sha256 "${body:-$work/empty}")\""$'\n'
  fi
  : >"$work/answer"
  status=$(curl -q --silent --show-error --max-time 120 --connect-timeout 10 --output "$work/answer" \
    --write-out '%{http_code}' --config - 2>"$work/error" < <(printf '%s' "$config")) || status=000
}

# How the last call ended, in one line.
outcome() {
  if [[ $status == 000 ]]; then
    printf 'no answer: %s' "$(tr -s '\n' ' ' <"$work/error")"
  else
    printf 'answered with %s: %s' "$status" "$(head -c 500 "$work/answer" | tr -s '\n' ' ')"
  fi
  case $status in
    401 | 403) printf ' (check the login and its permissions)' ;;
  esac
}

# The number behind a key in the last answer, where it has one.
number() {
  grep -o "\"$1\" *: *-\{0,1\}[0-9]\{1,\}" "$work/answer" | head -n 1 | sed 's/.*: *//' || true
}

# want METHOD URL [BODY-FILE [CONTENT-TYPE]]   A call that must succeed.
want() {
  call "$@"
  [[ $status == 2* ]] || die "$1 $2: $(outcome)"
}

plan() {
  printf '%-4s %s%s\n' "$1" "$2" "${3:+   ($3)}"
}

# --- retention of single indices ---

# Bounded calls, since a proxy in front of the node waits for a minute only.
delete_old() {
  local template index field deleted total
  for template in "$assets"/index-templates/*.json; do
    index=$(basename "$template" .json)
    # When the window, or the dead letter, was.
    field=windowEndTime
    [[ $index != dead_letters ]] || field=time
    printf '{"query":{"range":{"%s":{"lt":"now-%s"}}},"max_docs":20000}' "$field" "$delete" >"$work/query.json"
    local address="$endpoint/$index/_delete_by_query?conflicts=proceed&refresh=true"
    if [[ $dry == yes ]]; then
      plan POST "$address" "$(<"$work/query.json"), repeated until it deletes nothing"
      continue
    fi
    total=0
    while true; do
      call POST "$address" "$work/query.json"
      if [[ $status == 404 ]] && grep -q index_not_found_exception "$work/answer"; then
        echo "index $index: does not exist"
        continue 2
      fi
      [[ $status == 2* ]] || die "POST $address: $(outcome)"
      deleted=$(number deleted)
      [[ -n $deleted ]] || die "POST $address: $(outcome)"
      total=$((total + deleted))
      [[ $deleted -gt 0 ]] || break
    done
    echo "index $index: $total documents older than $delete deleted"
  done
}

# --- templates, policy, dashboards ---

put_templates() {
  local file name
  for file in "$assets"/index-templates/*.json; do
    name=$(basename "$file" .json)
    if [[ $dry == yes ]]; then
      plan PUT "$endpoint/_index_template/$name" "$file"
      continue
    fi
    want PUT "$endpoint/_index_template/$name" "$file"
    echo "index template $name: put"
  done
}

# The policy with this retention, and in its description what tells it from any other content.
write_policy() {
  sed "s/\"90d\"/\"$retention\"/" "$assets/ism-policy.json" >"$work/policy.plain.json"
  mark="[opensearch-setup $(sha256 "$work/policy.plain.json" | cut -c 1-16)]"
  sed "s/\(\"description\": \".*\)\"/\1 $mark\"/" "$work/policy.plain.json" >"$work/policy.json"
}

put_policy() {
  local address=$endpoint/_plugins/_ism/policies/$policy
  write_policy
  if [[ $service == aoss ]]; then
    echo "retention policy: skipped, since a serverless collection has no index state management"
    missing=yes
    return
  fi
  if [[ $dry == yes ]]; then
    plan GET "$address"
    plan PUT "$address" "$assets/ism-policy.json with $retention, unless it exists; an older one is replaced with if_primary_term and if_seq_no"
    plan GET "$endpoint/_cat/indices?h=index"
    plan GET "$endpoint/_plugins/_ism/explain/INDEX" "and for each index of a day or month whose policy is missing or outdated:"
    plan POST "$endpoint/_plugins/_ism/add/INDEX" "or _plugins/_ism/change_policy/INDEX"
    return
  fi
  call GET "$address"
  if [[ $status == 400 ]] && grep -q 'no handler found' "$work/answer"; then
    echo "retention policy: skipped, since this node has no index state management (plugin opensearch-index-management)"
    missing=yes
    return
  fi
  if [[ $status == 404 ]]; then
    want PUT "$address" "$work/policy.json"
    echo "retention policy $policy: put, indices are deleted after $retention"
  else
    [[ $status == 2* ]] || die "GET $address: $(outcome)"
    if grep -qF "$mark" "$work/answer"; then
      echo "retention policy $policy: unchanged, indices are deleted after $retention"
    else
      # Somebody who changes it at the same time makes this fail instead of being overwritten.
      want PUT "$address?if_primary_term=$(number _primary_term)&if_seq_no=$(number _seq_no)" "$work/policy.json"
      echo "retention policy $policy: replaced, indices are deleted after $retention"
    fi
  fi
  local sequence
  call GET "$address"
  [[ $status == 2* ]] || die "GET $address: $(outcome)"
  sequence=$(number _seq_no)
  attach_policy "$sequence"
}

# The policy finds new indices by its templates. Older ones get it here; those that have an older
# version of it get this one.
attach_policy() {
  local index family owner has
  printf '{"policy_id":"%s"}' "$policy" >"$work/attach.json"
  want GET "$endpoint/_cat/indices?h=index"
  # Text or JSON: only names of indices end like this.
  tr -c 'A-Za-z0-9_.+-' '\n' <"$work/answer" | grep -E -- '-[0-9]{4}\.[0-9]{2}(\.[0-9]{2})?$' | sort >"$work/indices" || true
  while IFS= read -r index; do
    family=${index%-*}
    [[ -f $assets/index-templates/$family.json ]] || continue
    want GET "$endpoint/_plugins/_ism/explain/$index"
    owner=$(sed -n 's/.*"index\.plugins\.index_state_management\.policy_id" *: *"\([^"]*\)".*/\1/p' "$work/answer")
    has=$(number policy_seq_no)
    if [[ -z $owner ]]; then
      attach add "$index" added
    elif [[ $owner != "$policy" ]]; then
      echo "index $index: keeps its policy $owner"
    elif [[ -n $has && $has != -* && $has != "$1" ]]; then
      # Negative until the index is taken in, which it is with the policy as it is then.
      attach change_policy "$index" changed
    fi
  done <"$work/indices"
}

attach() {
  want POST "$endpoint/_plugins/_ism/$1/$2" "$work/attach.json"
  if grep -q '"failures" *: *false' "$work/answer"; then
    echo "index $2: policy $3"
  else
    # Such as of an index that is just going from one state to the next.
    echo "$(basename "$0"): index $2: its policy is unchanged for now; run this again later: $(outcome)" >&2
    failed=yes
  fi
}

# The form is written here and not by curl's --form, whose body curl does not sign.
import_dashboards() {
  local address="$dashboards/api/saved_objects/_import?overwrite=true"
  local boundary=clickstream-dashboards
  if [[ $dry == yes ]]; then
    plan GET "$dashboards/api/status"
    plan POST "$address" "$assets/dashboards.ndjson"
    return
  fi
  call GET "$dashboards/api/status"
  if [[ $status == 000 || $status == 404 ]] ||
    { [[ $status == 400 ]] && grep -q 'no handler found' "$work/answer"; }; then
    echo "dashboards: skipped, since there is no OpenSearch Dashboards at $dashboards ($(outcome)); specify its address with --dashboards"
    missing=yes
    return
  fi
  [[ $status == 2* ]] || die "GET $dashboards/api/status: $(outcome)"
  {
    printf -- '--%s\r\nContent-Disposition: form-data; name="file"; filename="dashboards.ndjson"\r\n' "$boundary"
    printf 'Content-Type: application/ndjson\r\n\r\n'
    cat "$assets/dashboards.ndjson"
    printf '\r\n--%s--\r\n' "$boundary"
  } >"$work/form"
  want POST "$address" "$work/form" "multipart/form-data; boundary=$boundary"
  grep -q '"success" *: *true' "$work/answer" || die "POST $address: $(outcome)"
  echo "dashboards: $(number successCount) objects imported"
}

login='' missing=no failed=no
[[ $dry == yes ]] || read_login
if [[ -n $delete ]]; then
  delete_old
  exit 0
fi
put_templates
put_policy
import_dashboards
[[ $failed == no ]] || exit 1
if [[ $missing == yes ]]; then
  echo "Done, except for what was skipped"
  exit 3
fi
[[ $dry == yes ]] || echo "Done"
