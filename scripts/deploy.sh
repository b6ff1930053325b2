#!/usr/bin/env bash
# Brings the job to Amazon Managed Service for Apache Flink: see --help.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
  cat <<'HELP'
Usage: scripts/deploy.sh COMMAND [OPTION...]

Makes and keeps the application of the job in Amazon Managed Service for Apache Flink, by
CloudFormation.

  deploy     builds and uploads the jar, creates the stack, starts the application and waits until
             it processes; where the stack is there already, the same as update
  update     takes a snapshot and brings another jar or other parameters to the stack; refuses a jar
             that would lose state
  status     shows stack, application, snapshots and alarms
  logs       shows what the job has logged, the newest last
  rollback   goes back to the jar, template and parameters before the last update, and to the
             snapshot that was taken then; what was processed since is processed again
  destroy    deletes the stack, and with it the application and its snapshots; jars stay

  --dry-run              print every call, to be pasted into a shell, and make none
  --stack NAME           the stack, and the application's name (clickstream)
  --template NAME        application: the job alone, on what is there; full: with all that it
                         needs (application)
  --source NAME          kinesis or msk: where clicks come from and results go to
  --set Key=Value        a parameter of the template; may be given again
  --parameters FILE      parameters, a line Key=Value each; lines with # in front are skipped
  --jar-bucket NAME      the bucket for jars and templates, in the region of the stack
  --jar FILE             this jar instead of building one
  --allow-lost-state     update: go on though state of operators that are gone is lost
  --region NAME, --profile NAME
                         as of the aws command
  --minutes N            logs: of the last N minutes (15)
  --errors               logs: only warnings and errors
  --yes                  destroy: do it
  --timeout MINUTES      how long to wait for each step (30; the template full takes up to an hour,
                         so give it 90)
  --poll SECONDS         time between two looks (10)
  -h, --help             show this and end

It needs the aws command (version 2), bash 4.4, and a login that may do this.

Examples:
  scripts/deploy.sh deploy --dry-run --stack shop --source kinesis --jar-bucket my-jars \
    --set StreamArn=arn:aws:kinesis:eu-central-1:111122223333:stream/clicks
  scripts/deploy.sh deploy --stack shop --template full --source msk --jar-bucket my-jars --timeout 90
  scripts/deploy.sh update --stack shop --jar-bucket my-jars --set Parallelism=4
  scripts/deploy.sh logs --stack shop --errors
HELP
}

# Arrays that may be empty, and such that are named by texts.
((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 404)) || fail "bash is version $BASH_VERSION: install 4.4 or later"

# --- Options ----------------------------------------------------------------------------------------

command='' stack=clickstream template=application jar='' jar_bucket='' minutes=15 timeout=30 poll=10
dry_run=false allow_lost_state=false errors_only=false confirmed=false
given=()   # parameters of the template, Key=Value
global=()  # options of every call

# needs_value OPTION COUNT-OF-ARGUMENTS-LEFT
needs_value() {
  [[ $2 -ge 2 ]] || fail "$1 needs a value (--help shows how it is used)"
}

add_parameter() {
  [[ $1 =~ ^[A-Za-z0-9]+=.* ]] || fail "$2: '$1' is no parameter; Key=Value is one"
  given+=("$1")
}

read_parameters() {
  [[ -r $1 ]] || fail "--parameters: $1 can't be read"
  local line
  while IFS= read -r line || [[ -n $line ]]; do
    [[ $line =~ ^[[:space:]]*(#|$) ]] || add_parameter "$line" "--parameters $1"
  done <"$1"
}

while [[ $# -gt 0 ]]; do
  case $1 in
    -h | --help) usage; exit 0 ;;
    deploy | update | status | logs | rollback | destroy)
      [[ -z $command ]] || fail "there are two commands, $command and $1"
      command=$1
      ;;
    --dry-run) dry_run=true ;;
    --allow-lost-state) allow_lost_state=true ;;
    --errors) errors_only=true ;;
    --yes) confirmed=true ;;
    --stack) needs_value "$1" $#; stack=$2; shift ;;
    --jar) needs_value "$1" $#; jar=$2; shift ;;
    --jar-bucket) needs_value "$1" $#; jar_bucket=$2; shift ;;
    --minutes) needs_value "$1" $#; minutes=$2; shift ;;
    --timeout) needs_value "$1" $#; timeout=$2; shift ;;
    --poll) needs_value "$1" $#; poll=$2; shift ;;
    --template)
      needs_value "$1" $#
      [[ $2 == application || $2 == full ]] || fail "--template is '$2'; it may be application or full"
      template=$2
      shift
      ;;
    --source)
      needs_value "$1" $#
      [[ $2 == kinesis || $2 == msk ]] || fail "--source is '$2'; it may be kinesis or msk"
      given+=("Source=$2")
      shift
      ;;
    --set) needs_value "$1" $#; add_parameter "$2" --set; shift ;;
    --parameters) needs_value "$1" $#; read_parameters "$2"; shift ;;
    --region | --profile) needs_value "$1" $#; global+=("$1" "$2"); shift ;;
    -*) fail "unknown option $1 (--help shows how it is used)" ;;
    *) fail "unknown command $1; deploy, update, status, logs, rollback and destroy are commands" ;;
  esac
  shift
done
[[ -n $command ]] || fail "a command is missing: deploy, update, status, logs, rollback or destroy"
# CloudFormation's own rule; the last 26 characters are left to the parts of the template full.
[[ $stack =~ ^[A-Za-z][A-Za-z0-9-]{0,100}$ ]] ||
  fail "--stack is '$stack'; a name begins with a letter and has letters, digits and - (101 at most)"
for number in "--minutes $minutes" "--timeout $timeout" "--poll $poll"; do
  [[ $number =~ ^--[a-z]+\ [0-9]+$ ]] || fail "${number% *} is '${number#* }'; it is a whole number"
done
if [[ $command == deploy || $command == update ]]; then
  [[ -n $jar_bucket ]] || fail "$command needs --jar-bucket, a bucket in the region of the stack;" \
    "'aws s3 mb s3://NAME' makes one"
  [[ -z $jar || -r $jar ]] || fail "--jar: $jar can't be read"
fi
$dry_run || need_tool aws "install the AWS CLI, version 2"
export AWS_PAGER=

# --- Calls ------------------------------------------------------------------------------------------

work=$(mktemp -d)
may_fail='' # behind a printed call that may fail
made=() # what a step that fails leaves behind
announce() {
  local code=$?
  rm -rf "$work"
  if [[ $code -ne 0 && ${#made[@]} -gt 0 ]]; then
    echo "What there is now:" >&2
    printf '  %s\n' "${made[@]}" >&2
  fi
}
trap announce EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
exec 3>&1 # the user, also from within $(...)

# stop WHAT-FAILED WHAT-TO-DO
stop() {
  echo "deploy.sh: $1" >&2
  if [[ -s $work/error ]]; then
    sed -n 's/^[[:space:]]*\(..*\)/  aws says: \1/p' "$work/error" >&2
  fi
  echo "  $2" >&2
  exit 1
}

# Quotes for a shell. In a dry run, what only an answer tells is a variable, which a printed call sets.
answers='application|before|current|deployed_bucket|deployed_key|group|now|stack_id|work'
quoted() {
  local argument out=''
  for argument in "$@"; do
    if [[ $argument =~ ^[A-Za-z0-9:=/,._@%+-]+$ ]]; then
      out+=" $argument"
    elif $dry_run && [[ $argument =~ \$($answers)([^a-z_]|$) ]]; then
      argument=${argument//\\/\\\\}
      argument=${argument//\"/\\\"}
      out+=" \"${argument//\`/\\\`}\""
    else
      out+=" '${argument//\'/\'\\\'\'}'"
    fi
  done
  echo "${out# }"
}

# call ARGUMENT...   Makes a call of aws, or prints it; what aws says of an error is in $work/error.
call() {
  if $dry_run; then
    quoted aws "${global[@]}" "$@" >&3
    return
  fi
  aws "${global[@]}" "$@" 2>"$work/error"
}

# ask VARIABLE ARGUMENT...   Puts the answer into the variable.
ask() {
  local variable=$1
  shift
  if $dry_run; then
    echo "$variable=\$($(quoted aws "${global[@]}" "$@"))$may_fail" >&3
    printf -v "$variable" '%s' "\$$variable"
    return
  fi
  local answer
  answer=$(aws "${global[@]}" "$@" 2>"$work/error") || return
  printf -v "$variable" '%s' "$answer"
}

say() {
  if $dry_run; then
    echo "# $*"
  else
    echo "$*"
  fi
}

# await WHAT FUNCTION   Calls the function until it returns 0, at most for the timeout.
await() {
  if $dry_run; then
    "$2" || true
    return
  fi
  local deadline=$((SECONDS + timeout * 60))
  until "$2"; do
    ((SECONDS < deadline)) ||
      stop "$1 is not done after $timeout minutes" "see '$(hint status)'; wait for longer by --timeout MINUTES"
    sleep "$poll"
  done
}

# How the user calls this script for the same stack.
hint() {
  echo "scripts/deploy.sh $1 --stack $stack${global[*]:+ ${global[*]}}"
}

# --- The stack --------------------------------------------------------------------------------------

stack_status='' stack_id=''

# find_stack   Sets stack_status, empty if there is no stack.
find_stack() {
  local may_fail=''
  [[ $command != deploy ]] || may_fail=' || true'
  if ask stack_status cloudformation describe-stacks --stack-name "$stack" \
    --query 'Stacks[0].StackStatus' --output text; then
    return
  fi
  grep -q 'does not exist' "$work/error" ||
    stop "the stack $stack can't be looked at" "check login, region and rights (cloudformation:DescribeStacks)"
  : >"$work/error"
  stack_status=''
}

need_stack() {
  find_stack
  if ! $dry_run; then
    [[ -n $stack_status ]] || stop "there is no stack $stack in this region" "make it by '$(hint deploy)', or name another"
  fi
}

# The stack must not be at work, nor be what is left of one that could not be made.
need_settled_stack() {
  if $dry_run; then
    return
  fi
  case $stack_status in
    ROLLBACK_COMPLETE | ROLLBACK_FAILED | CREATE_FAILED | DELETE_FAILED | REVIEW_IN_PROGRESS)
      stop "the stack $stack is $stack_status: it was never made whole" \
        "delete it by '$(hint destroy) --yes', then deploy again"
      ;;
    UPDATE_ROLLBACK_FAILED)
      stop "the stack $stack is $stack_status" \
        "see what is wrong, then 'aws cloudformation continue-update-rollback --stack-name $stack'"
      ;;
    *_IN_PROGRESS) stop "somebody is at work on the stack $stack: it is $stack_status" "try again when it is done" ;;
  esac
}

# What went wrong in the stack since its last operation began.
print_stack_failures() {
  aws "${global[@]}" cloudformation describe-stack-events --stack-name "$stack" --max-items 50 \
    --query 'StackEvents[?ends_with(ResourceStatus, `_FAILED`)].[LogicalResourceId, ResourceStatusReason]' \
    --output text 2>/dev/null | grep -v '^None$' | sed 's/^/  /' >&2 || true
}

stack_is_settled() {
  ask stack_status cloudformation describe-stacks --stack-name "${stack_id:-$stack}" \
    --query 'Stacks[0].StackStatus' --output text ||
    stop "the stack $stack can't be looked at any more" "see '$(hint status)'"
  [[ $stack_status != *_IN_PROGRESS ]]
}

# output_of VARIABLE OUTPUT   Puts an output of the stack into the variable.
output_of() {
  ask "$1" cloudformation describe-stacks --stack-name "$stack" \
    --query "Stacks[0].Outputs[?OutputKey==\`$2\`].OutputValue | [0]" --output text ||
    stop "the outputs of the stack $stack can't be read" "see '$(hint status)'"
}

application='' deployed_bucket='' deployed_key='' stack_has=''

# Sets what application, jar and parameters the stack has.
look_into_stack() {
  local facts='' query='Stacks[0].[Outputs[?OutputKey==`ApplicationName`].OutputValue | [0],'
  query+=' Parameters[?ParameterKey==`JarBucket`].ParameterValue | [0],'
  query+=" Parameters[?ParameterKey==\`JarKey\`].ParameterValue | [0], join(' ', Parameters[].ParameterKey)]"
  if $dry_run; then
    echo "IFS=\$'\\t' read -r application deployed_bucket deployed_key stack_has < <($(quoted aws "${global[@]}" \
      cloudformation describe-stacks --stack-name "$stack" --query "$query" --output text))" >&3
    application='$application' deployed_bucket='$deployed_bucket' deployed_key='$deployed_key'
    stack_has=$(parameters_of_template | tr '\n' ' ')
    return
  fi
  ask facts cloudformation describe-stacks --stack-name "$stack" --query "$query" --output text ||
    stop "the stack $stack can't be looked at" "see '$(hint status)'"
  IFS=$'\t' read -r application deployed_bucket deployed_key stack_has <<<"$facts"
  [[ -n $application && $application != None ]] ||
    stop "the stack $stack has no output ApplicationName" \
      "it was not made by a template of this project: name another by --stack"
}

# A stack of one template can't be updated by the other, which would delete what it does not have.
need_same_template() {
  local is=application
  [[ " $stack_has " != *" ApplicationTemplateUrl "* ]] || is=full
  [[ $is == "$template" ]] ||
    stop "the stack $stack is one of the template $is" "nothing was changed; say --template $is"
}

# --- Jar and templates ------------------------------------------------------------------------------

jar_key='' template_key='' application_template_key='' present=''

# What names all state in a jar. A jar without the list is not one of this project.
uids_in_jar() {
  unzip -p "$jar" META-INF/clickstream/state-uids.txt >"$work/uids" 2>/dev/null && [[ -s $work/uids ]] ||
    fail "$jar has no META-INF/clickstream/state-uids.txt: it is not a jar of this project"
}

hash_of() {
  sha256sum "$1" | cut -d ' ' -f 1
}

prepare_jar() {
  need_tool unzip "install it"
  need_tool sha256sum "install coreutils"
  if [[ -z $jar ]]; then
    build_jar
  fi
  uids_in_jar
  jar_hash=$(hash_of "$jar")
  jar_key=clickstream/$jar_hash-clickstream-analytics.jar
  application_template_key=clickstream/$(hash_of "$project/cloudformation/application.yaml")-application.yaml
  template_key=clickstream/$(hash_of "$project/cloudformation/$template.yaml")-$template.yaml
  if $dry_run; then
    say "What the jar keeps state of"
    echo "unzip -p $(quoted "$jar") META-INF/clickstream/state-uids.txt >\"\$work/uids\""
  fi
}

# upload FILE KEY   Puts a file into the bucket unless it is there: its name tells what is in it.
upload() {
  if [[ $present == *" $2 "* ]]; then
    say "s3://$jar_bucket/$2 is there"
    return
  fi
  say "Uploading s3://$jar_bucket/$2"
  call s3api put-object --bucket "$jar_bucket" --key "$2" --body "$1" >/dev/null ||
    stop "s3://$jar_bucket/$2 can't be written" \
      "check that the bucket is in the region of the stack, and that you may s3:PutObject; then run this again"
  made+=("s3://$jar_bucket/$2, which does no harm")
}

upload_all() {
  ask present s3api list-objects-v2 --bucket "$jar_bucket" --prefix clickstream/ --delimiter / \
    --query 'Contents[].Key' --output text ||
    stop "the bucket $jar_bucket can't be reached" \
      "check its name and region, and that you may s3:ListBucket; 'aws s3 mb s3://$jar_bucket' makes one"
  present=" $(tr '\t\n' '  ' <<<"$present") "
  if $dry_run; then
    upload '$work/uids' "$jar_key.uids"
  else
    upload "$work/uids" "$jar_key.uids"
  fi
  upload "$jar" "$jar_key"
  upload "$project/cloudformation/application.yaml" "$application_template_key"
  if [[ $template == full ]]; then
    upload "$project/cloudformation/full.yaml" "$template_key"
  fi
}

# url_of KEY   As CloudFormation wants a template's.
url_of() {
  local suffix=amazonaws.com
  [[ $region != cn-* ]] || suffix=amazonaws.com.cn
  echo "https://$jar_bucket.s3.$region.$suffix/$1"
}

find_region() {
  local i
  for ((i = 0; i < ${#global[@]}; i++)); do
    if [[ ${global[i]} == --region ]]; then
      region=${global[i + 1]}
      return
    fi
  done
  region=${AWS_REGION:-${AWS_DEFAULT_REGION:-}}
  if [[ -z $region ]]; then
    ask region configure get region || fail "the region is not known: give --region"
  fi
}

# Names of the parameters of the template.
parameters_of_template() {
  awk '/^[A-Z]/ { inside = /^Parameters:/ } inside && /^  [A-Za-z0-9]+:$/ { gsub(/[ :]/, ""); print }' \
    "$project/cloudformation/$template.yaml"
}

json_text() {
  local text=${1//\\/\\\\}
  text=${text//\"/\\\"}
  text=${text//$'\t'/\\t}
  echo "\"$text\""
}

# stack_parameters KEPT   As JSON: what is given, and of an older stack what is kept (names, with blanks between).
stack_parameters() {
  local pair name json='' kept=" $1 " known
  known=" $(parameters_of_template | tr '\n' ' ')"
  local -A values=()
  for pair in "${given[@]}" "JarBucket=$jar_bucket" "JarKey=$jar_key"; do
    values[${pair%%=*}]=${pair#*=}
  done
  if [[ $template == full ]]; then
    values[ApplicationTemplateUrl]=$(url_of "$application_template_key")
  fi
  for name in "${!values[@]}"; do
    [[ $known == *" $name "* ]] ||
      fail "the template $template has no parameter $name; it has:$(echo "$known" | fold -s -w 90 | sed 's/^/\n  /' | tr -d '\n')"
  done
  for name in $known; do
    if [[ -v values[$name] ]]; then
      json+=",{\"ParameterKey\":\"$name\",\"ParameterValue\":$(json_text "${values[$name]}")}"
    elif [[ $kept == *" $name "* ]]; then
      json+=",{\"ParameterKey\":\"$name\",\"UsePreviousValue\":true}"
    fi
  done
  echo "[${json#,}]"
}

# --- The application --------------------------------------------------------------------------------

application_status='' operation=''

look_at_application() {
  ask application_status kinesisanalyticsv2 describe-application --application-name "$application" \
    --query ApplicationDetail.ApplicationStatus --output text ||
    stop "the application $application can't be looked at" "check that you may kinesisanalytics:DescribeApplication"
}

application_is_settled() {
  look_at_application
  [[ $application_status == READY || $application_status == RUNNING ]]
}

# What the service says of the last operation, if it failed.
print_operation_failure() {
  [[ -n $operation && $operation != None ]] || return 0
  aws "${global[@]}" kinesisanalyticsv2 describe-application-operation --application-name "$application" \
    --operation-id "$operation" --query \
    'ApplicationOperationInfoDetails.OperationFailureDetails.ErrorInfo.ErrorString' --output text 2>/dev/null |
    grep -v '^None$' | sed 's/^/  the service says: /' >&2 || true
}

# start_application RUN-CONFIGURATION   Starts it, from a snapshot as is said, and waits until it runs.
start_application() {
  say "Starting the application $application"
  ask operation kinesisanalyticsv2 start-application --application-name "$application" \
    --run-configuration "$1" --query OperationId --output text ||
    stop "the application $application can't be started" \
      "the stack stays as it is: put right what is said, then '$(hint deploy)' goes on from here"
  await "the start of $application" application_is_settled
  if ! $dry_run && [[ $application_status != RUNNING ]]; then
    print_operation_failure
    stop "the application $application did not start: it is $application_status" \
      "see '$(hint logs) --errors'; put it right and deploy again, or '$(hint rollback)', or '$(hint destroy) --yes'"
  fi
}

stop_application() {
  say "Stopping the application $application"
  call kinesisanalyticsv2 stop-application --application-name "$application" "$@" >/dev/null ||
    stop "the application $application can't be stopped" "nothing was changed; try again when it is RUNNING"
  await "the stop of $application" application_is_settled
  if ! $dry_run && [[ $application_status != READY ]]; then
    stop "the application $application did not stop: it is $application_status" "see '$(hint logs) --errors'"
  fi
}

# uptime is the time since the last (re)start, in ms: a job that fails over and over never has a minute of it.
uptime_is_a_minute() {
  local uptime
  ask uptime cloudwatch get-metric-statistics --namespace AWS/KinesisAnalytics --metric-name uptime \
    --dimensions "Name=Application,Value=$application" --start-time "$running_since" --end-time "$(now)" \
    --period 60 --statistics Maximum --query 'max(Datapoints[].Maximum)' --output text ||
    stop "the metrics of $application can't be read" "check that you may cloudwatch:GetMetricStatistics"
  [[ ${uptime%.*} =~ ^[0-9]+$ && ${uptime%.*} -ge 60000 ]]
}

now() {
  if $dry_run; then
    echo '$now'
  else
    date -u +%Y-%m-%dT%H:%M:%SZ
  fi
}

await_processing() {
  local records
  say "Waiting until the job has run for a minute without a failure"
  running_since=$(now)
  if $dry_run; then
    echo 'now=$(date -u +%Y-%m-%dT%H:%M:%SZ)'
    uptime_is_a_minute || true
  else
    local deadline=$((SECONDS + timeout * 60))
    until uptime_is_a_minute; do
      look_at_application
      if [[ $application_status != RUNNING ]] || ((SECONDS >= deadline)); then
        stop "the job of $application does not stay up: the application is $application_status," \
          "see '$(hint logs) --errors'; put it right and deploy again, or '$(hint rollback)'"
      fi
      sleep "$poll"
    done
  fi
  ask records cloudwatch get-metric-statistics --namespace AWS/KinesisAnalytics --metric-name recordsIn \
    --dimensions "Name=Application,Value=$application" --start-time "$running_since" --end-time "$(now)" \
    --period 60 --statistics Maximum --query 'max(Datapoints[].Maximum)' --output text || records=''
  if $dry_run; then
    return
  fi
  if [[ ${records%.*} =~ ^[1-9] ]]; then
    say "It processes: a subtask has read ${records%.*} records"
  else
    say "It runs, and has read no records yet"
  fi
}

print_what_to_open() {
  if $dry_run; then
    return
  fi
  local console=https://$region.console.aws.amazon.com
  [[ $region != cn-* ]] || console=https://$region.console.amazonaws.cn
  cat <<EOT

The application    $console/flink/home?region=$region#/applications/$application
Its dashboard      $console/cloudwatch/home?region=$region#dashboards/dashboard/$application
Its stack          $console/cloudformation/home?region=$region#/stacks?filteringText=$stack
Flink's own pages  aws kinesisanalyticsv2 create-application-presigned-url --application-name $application --url-type FLINK_DASHBOARD_URL
What it logs       $(hint logs)
EOT
}

# --- Commands ---------------------------------------------------------------------------------------

create() {
  local parameters
  parameters=$(stack_parameters '')
  upload_all
  say "Creating the stack $stack"
  ask stack_id cloudformation create-stack --stack-name "$stack" --template-url "$(url_of "$template_key")" \
    --capabilities CAPABILITY_IAM --parameters "$parameters" --query StackId --output text ||
    stop "the stack $stack can't be made" "put right what is said and run this again"
  made+=("the stack $stack: '$(hint destroy) --yes' deletes it")
  $dry_run && stack_id=''
  await "the stack $stack" stack_is_settled
  if ! $dry_run && [[ $stack_status != CREATE_COMPLETE ]]; then
    print_stack_failures
    stop "the stack $stack was not made: it is $stack_status" \
      "put right what is said above, '$(hint destroy) --yes', and deploy again"
  fi
  look_into_stack
  start_application '{}'
  await_processing
  made=()
  print_what_to_open
}

# State of the deployed jar that the new one has no operator for.
check_uids() {
  if $dry_run; then
    call s3api get-object --bucket '$deployed_bucket' --key '$deployed_key.uids' '$work/deployed.uids'
    echo 'comm -23 <(sort "$work/deployed.uids") <(sort "$work/uids") # must print nothing'
    return
  fi
  if [[ $deployed_key == "$jar_key" ]]; then
    return
  fi
  if ! call s3api get-object --bucket "$deployed_bucket" --key "$deployed_key.uids" "$work/deployed.uids" >/dev/null; then
    $allow_lost_state && return
    stop "s3://$deployed_bucket/$deployed_key.uids can't be read: nobody knows what state the running jar has" \
      "put META-INF/clickstream/state-uids.txt of that jar there, or go on by --allow-lost-state"
  fi
  local lost
  lost=$(comm -23 <(LC_ALL=C sort "$work/deployed.uids") <(LC_ALL=C sort "$work/uids") | tr '\n' ' ')
  if [[ -n ${lost// /} ]] && ! $allow_lost_state; then
    stop "the new jar has no operator for state of: $lost" \
      "nothing was changed; keep these uids, or lose their state by --allow-lost-state"
  fi
  if [[ -n ${lost// /} ]]; then
    say "State is lost of: $lost"
  fi
}

snapshot_is_done() {
  local status
  ask status kinesisanalyticsv2 describe-application-snapshot --application-name "$application" \
    --snapshot-name "$snapshot" --query SnapshotDetails.SnapshotStatus --output text ||
    stop "the snapshot $snapshot can't be looked at" "nothing was changed; try again"
  [[ $status != FAILED ]] ||
    stop "the snapshot $snapshot of $application failed" \
      "nothing was changed: the job runs as before. See '$(hint logs) --errors' for why checkpoints fail, then try again"
  [[ $status == READY ]]
}

# remember   Puts what rollback needs beside the jars: template and parameters as they are now.
remember() {
  local folder=clickstream/stacks/$stack/$snapshot
  if $dry_run; then
    echo "$(quoted aws "${global[@]}" cloudformation get-template --stack-name "$stack" --query TemplateBody \
      --output text) >\"\$work/template.yaml\""
    echo "$(quoted aws "${global[@]}" cloudformation describe-stacks --stack-name "$stack" --query \
      'Stacks[0].Parameters[].{ParameterKey: ParameterKey, ParameterValue: ParameterValue}' \
      --output json) >\"\$work/parameters.json\""
    upload '$work/template.yaml' "$folder/template.yaml"
    upload '$work/parameters.json' "$folder/parameters.json"
    return
  fi
  call cloudformation get-template --stack-name "$stack" --query TemplateBody --output text >"$work/template.yaml" &&
    call cloudformation describe-stacks --stack-name "$stack" --query \
      'Stacks[0].Parameters[].{ParameterKey: ParameterKey, ParameterValue: ParameterValue}' \
      --output json >"$work/parameters.json" ||
    stop "the stack's template and parameters can't be read" "nothing was changed; try again"
  upload "$work/template.yaml" "$folder/template.yaml"
  upload "$work/parameters.json" "$folder/parameters.json"
}

# change_stack ARGUMENT...   Updates the stack and waits for it; "changed" is false if there was nothing to do.
change_stack() {
  changed=true
  say "Updating the stack $stack"
  if ! call cloudformation update-stack --stack-name "$stack" --capabilities CAPABILITY_IAM "$@" >/dev/null; then
    if grep -q 'No updates are to be performed' "$work/error"; then
      : >"$work/error"
      changed=false
      say "There is nothing to change in the stack"
      return
    fi
    stop "the stack $stack can't be updated" "put right what is said; the stack is as it was"
  fi
  await "the stack $stack" stack_is_settled
  if ! $dry_run && [[ $stack_status != UPDATE_COMPLETE ]]; then
    print_stack_failures
    look_at_application
    stop "the stack $stack was not updated: it is $stack_status, and the application is $application_status" \
      "the stack went back to what it was; put right what is said above. If the application is READY, '$(hint deploy)' with the old jar starts it"
  fi
}

update() {
  local parameters snapshots
  look_into_stack
  need_same_template
  check_uids
  parameters=$(stack_parameters "$stack_has")
  look_at_application
  if ! $dry_run; then
    case $application_status in
      RUNNING | READY) ;;
      *) stop "the application $application is $application_status" "try again when it is RUNNING or READY" ;;
    esac
  fi
  ask snapshots kinesisanalyticsv2 describe-application --application-name "$application" \
    --query ApplicationDetail.ApplicationConfigurationDescription.ApplicationSnapshotConfigurationDescription.SnapshotsEnabled \
    --output text || stop "the application $application can't be looked at" "try again"
  upload_all
  made+=("the stack $stack, as it was")

  snapshot=before-${jar_hash:0:12}-$(date -u +%Y%m%d%H%M%S)
  if $dry_run || [[ $application_status == RUNNING ]]; then
    if ! $dry_run && [[ $snapshots != True && $snapshots != true ]]; then
      $allow_lost_state ||
        stop "snapshots are off for $application: an update would lose all state" \
          "nothing was changed; turn them on by --set Snapshots=true in an update of its own, or go on by --allow-lost-state"
    else
      say "Taking the snapshot $snapshot"
      call kinesisanalyticsv2 create-application-snapshot --application-name "$application" \
        --snapshot-name "$snapshot" >/dev/null ||
        stop "the snapshot $snapshot of $application can't be taken" \
          "nothing was changed: the job runs as before. Where there are too many, delete some: 'aws kinesisanalyticsv2 list-application-snapshots --application-name $application'"
      await "the snapshot $snapshot" snapshot_is_done
      made+=("the snapshot $snapshot of the application $application")
      remember
    fi
  fi

  # Only a start can be told to leave state out, so the stack is changed between a stop and a start.
  if $allow_lost_state && [[ $application_status == RUNNING ]] || $dry_run && $allow_lost_state; then
    stop_application
    made+=("the application $application, stopped")
  fi
  change_stack --template-url "$(url_of "$template_key")" --parameters "$parameters"
  made+=("the stack $stack with the new jar: '$(hint rollback)' goes back")
  await "the application $application" application_is_settled
  if ! $dry_run && $changed; then
    check_jar_of_application
  fi
  if $dry_run || [[ $application_status == READY ]]; then
    $dry_run && echo 'if [[ $application_status == READY ]]; then'
    if $allow_lost_state; then
      start_application '{"FlinkRunConfiguration":{"AllowNonRestoredState":true}}'
    else
      start_application '{}'
    fi
    $dry_run && echo 'fi'
  fi
  await_processing
  made=()
  print_what_to_open
}

# The service goes back by itself to a jar that runs, where it may; the stack does not know of it.
check_jar_of_application() {
  local running
  ask running kinesisanalyticsv2 describe-application --application-name "$application" --query \
    ApplicationDetail.ApplicationConfigurationDescription.ApplicationCodeConfigurationDescription.CodeContentDescription.S3ApplicationCodeLocationDescription.FileKey \
    --output text || stop "the application $application can't be looked at" "see '$(hint status)'"
  [[ $running == "$jar_key" ]] ||
    stop "the new jar did not run: the service went back to s3://$deployed_bucket/$running, with its state" \
      "see '$(hint logs) --errors'; then '$(hint rollback)' brings the stack back too, or update again with a jar that runs"
}

deploy() {
  prepare_jar
  find_region
  if $dry_run; then
    say "As for a stack that is not there yet; 'update --dry-run' shows the calls for one that is"
    find_stack
    create
    return
  fi
  find_stack
  if [[ -z $stack_status ]]; then
    create
  else
    need_settled_stack
    update
  fi
}

rollback() {
  need_stack
  need_settled_stack
  find_region
  look_into_stack
  local bucket=${jar_bucket:-$deployed_bucket} id=${deployed_key#clickstream/} before folder
  id=${id:0:12}
  # Names end with their time.
  if $dry_run; then
    id='$current'
    echo 'current=$(basename "$deployed_key" | cut -c -12)'
  fi
  ask before kinesisanalyticsv2 list-application-snapshots --application-name "$application" --query \
    "sort_by(SnapshotSummaries[?SnapshotStatus==\`READY\` && starts_with(SnapshotName, \`before-$id-\`)], &SnapshotName)[-1].SnapshotName" \
    --output text || stop "the snapshots of $application can't be listed" "nothing was changed; try again"
  if ! $dry_run && [[ -z $before || $before == None ]]; then
    stop "there is no snapshot of $application from before its jar $deployed_key" \
      "nothing was changed. An update by this script takes one; 'update --jar FILE' with the older jar keeps today's state"
  fi
  folder=clickstream/stacks/$stack/$before
  local parameters_file=$work/parameters.json
  $dry_run && parameters_file='$work/parameters.json'
  call s3api get-object --bucket "$bucket" --key "$folder/parameters.json" "$parameters_file" >/dev/null ||
    stop "s3://$bucket/$folder/parameters.json can't be read" \
      "nothing was changed; name the bucket of the update by --jar-bucket"
  look_at_application
  jar_bucket=$bucket
  made+=("the stack $stack, as it was")
  if $dry_run || [[ $application_status != READY ]]; then
    # By force, without another snapshot: the job may be unable to take one.
    stop_application --force
    made+=("the application $application, stopped: '$(hint rollback)' goes on from here")
  fi
  change_stack --template-url "$(url_of "$folder/template.yaml")" --parameters "file://$parameters_file"
  start_application "{\"ApplicationRestoreConfiguration\":{\"ApplicationRestoreType\":\"RESTORE_FROM_CUSTOM_SNAPSHOT\",\"SnapshotName\":\"$before\"}}"
  await_processing
  made=()
  say "Back at the snapshot $before; clicks since then are read again, as far as the source still has them"
  print_what_to_open
}

status() {
  need_stack
  look_into_stack
  call kinesisanalyticsv2 describe-application --application-name "$application" --query \
    'ApplicationDetail.{Status: ApplicationStatus, Version: ApplicationVersionId, Updated: LastUpdateTimestamp, Parallelism: ApplicationConfigurationDescription.FlinkApplicationConfigurationDescription.ParallelismConfigurationDescription.CurrentParallelism}' \
    --output text >"$work/application" || stop "the application $application can't be looked at" "check your rights"
  call kinesisanalyticsv2 list-application-snapshots --application-name "$application" --query \
    'SnapshotSummaries[].[SnapshotCreationTimestamp, SnapshotStatus, SnapshotName]' --output text >"$work/snapshots" ||
    stop "the snapshots of $application can't be listed" "check your rights"
  call cloudwatch describe-alarms --alarm-name-prefix "$application-" --state-value ALARM --query \
    'MetricAlarms[].[AlarmName, AlarmDescription]' --output text >"$work/alarms" ||
    stop "the alarms of $application can't be listed" "check your rights"
  if $dry_run; then
    return
  fi
  local parallelism state updated version
  IFS=$'\t' read -r parallelism state updated version <"$work/application" || true
  cat <<EOT
stack        $stack $stack_status
application  $application ${state:-unknown}, version ${version:-?} of ${updated:-?}, parallelism ${parallelism:-?}
jar          s3://$deployed_bucket/$deployed_key
snapshots    $(grep -cv '^None$' "$work/snapshots" || true); the newest:
$(grep -v '^None$' "$work/snapshots" | sort | tail -n 3 | sed 's/^/  /')
alarms       $(grep -v '^None$' "$work/alarms" | sed '1!s/^/             /' | grep . || echo none)
EOT
}

logs() {
  need_stack
  local group filter=() since
  output_of group LogGroupName
  since=$((($(date +%s) - minutes * 60) * 1000))
  if $errors_only; then
    filter=(--filter-pattern '{ $.messageType = "ERROR" || $.messageType = "WARN" }')
  fi
  call logs filter-log-events --log-group-name "$group" --start-time "$since" "${filter[@]}" \
    --query 'events[].[message]' --output text ||
    stop "the log group $group can't be read" "check that you may logs:FilterLogEvents"
}

destroy() {
  need_stack
  if ! $confirmed && ! $dry_run; then
    stop "destroy deletes the stack $stack with its application, and all snapshots of it" \
      "say --yes if that is what you want. Jars stay, and of the template full the archive's bucket; its domain goes, and its cluster or streams"
  fi
  ask stack_id cloudformation describe-stacks --stack-name "$stack" --query 'Stacks[0].StackId' --output text ||
    stop "the stack $stack can't be looked at" "try again"
  call cloudformation delete-stack --stack-name "$stack" ||
    stop "the stack $stack can't be deleted" "put right what is said and try again"
  made+=("the stack $stack, maybe in part")
  await "the deletion of $stack" stack_is_settled
  if ! $dry_run && [[ $stack_status != DELETE_COMPLETE ]]; then
    print_stack_failures
    stop "the stack $stack was not deleted: it is $stack_status" \
      "put right what is said above (a bucket must be empty, say), and try again"
  fi
  call cloudformation list-stack-resources --stack-name "$stack_id" --query \
    'StackResourceSummaries[?ResourceStatus==`DELETE_SKIPPED`].[ResourceType, PhysicalResourceId]' \
    --output text >"$work/kept" || : >"$work/kept"
  made=()
  if ! $dry_run; then
    say "The stack $stack is gone. What stays: jars and templates in their bucket, below clickstream/"
    grep -v '^None$' "$work/kept" | sed 's/^/  /' || true
  fi
}

if $dry_run; then
  echo '# No call was made. These would be, each only if the one before it went well; calls that look whether'
  echo '# something is done are repeated until it is.'
  echo 'export AWS_PAGER='
  echo 'work=$(mktemp -d)'
fi
case $command in
  deploy) deploy ;;
  update)
    prepare_jar
    find_region
    need_stack
    need_settled_stack
    update
    ;;
  status) status ;;
  logs) logs ;;
  rollback) rollback ;;
  destroy) destroy ;;
esac
