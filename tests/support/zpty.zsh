# Types each argument and TAB into a zsh of its own, on a terminal of its own, with
# the completions of the folder $SITE; prints what stands in its line then.
zmodload zsh/zpty || exit 3
zpty shell 'zsh -f -i'
await() {
  local piece
  seen=
  while zpty -r shell piece; do
    seen+=$piece
    [[ $seen != *"$1"* ]] || return 0
  done
  exit 4
}
zpty -w shell 'PS1= RPS1=; unset zle_bracketed_paste; fpath=($SITE $fpath)'
zpty -w shell 'autoload -U compinit; compinit -u -D'
zpty -w shell 'show() { zle -I; print -r -- "<<<$BUFFER>>>"; BUFFER= }'
zpty -w shell 'zle -N show; bindkey "^T" show; print REA""DY'
await READY
for line in "$@"; do
  zpty -w -n shell $line$'\t\x14'
  await '>>>'
  print -r -- ${${seen##*<<<}%%>>>*}
done
