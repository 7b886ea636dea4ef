#!/bin/sh
# Both clusters, staging first. `pipeline.sh plan` is for a pull request: it saves what would change,
# for reviewers and for the next step. `pipeline.sh apply` applies exactly that after the merge. A
# plan of a cluster that has moved since, or of another cluster, is refused with 5.
set -eu

# The lenkwerk of package.json, or the command that the variable LENKWERK holds: a script knows no alias.
lenkwerk() {
  ${LENKWERK:-npx --no -- lenkwerk} "$@"
}

plan() {
  lenkwerk validate
  for environment in staging production; do
    lenkwerk plan --env "$environment" \
      --out "$environment.plan" --markdown-into "$environment.md"
  done
}

apply() {
  for environment in staging production; do
    lenkwerk apply --env "$environment" "$environment.plan" --wait --timeout 60
    lenkwerk verify --env "$environment" --wait --timeout 60
  done
}

case ${1-} in
  plan | apply) "$1" ;;
  *)
    echo 'usage: pipeline.sh plan|apply' >&2
    exit 3
    ;;
esac
