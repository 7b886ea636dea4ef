#!/bin/sh
# Both clusters, staging first. `pipeline.sh plan` is for a pull request: it saves what would change,
# for reviewers and for the next step, and ends with 4 for a danger that is not allowed. `pipeline.sh
# apply` applies exactly that after the merge; a run that stopped half-way may be repeated. A plan of
# a cluster that has moved since, or of another cluster, is refused with 5.
#
# ALLOW: the dangers that this change may have, such as `delete:instance,servermap:drops-data`.
set -eu

# The lenkwerk of package.json, or the command that the variable LENKWERK holds: a script knows no alias.
run() {
  ${LENKWERK:-npx --no -- lenkwerk} "$@"
}

plan() {
  run validate
  ended=0
  for environment in staging production; do
    run plan --env "$environment" --fail-on-danger ${ALLOW:+--allow "$ALLOW"} \
      --out "$environment.plan" --markdown-into "$environment.md" || ended=$?
  done
  return "$ended"
}

apply() {
  for environment in staging production; do
    differs=0
    run plan --env "$environment" --summary --detailed-exitcode || differs=$?
    case $differs in
      0) ;; # Applied already, by a run that stopped afterwards.
      2) run apply --env "$environment" "$environment.plan" ${ALLOW:+--allow "$ALLOW"} ;;
      *) return "$differs" ;;
    esac
    run verify --env "$environment" --wait --timeout 60
  done
}

case ${1-} in
  plan | apply) "$1" ;;
  *)
    echo 'usage: pipeline.sh plan|apply' >&2
    exit 3
    ;;
esac
