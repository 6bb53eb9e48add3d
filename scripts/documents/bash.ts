/**
 * The completions for bash. Pure.
 *
 * @module
 */
import {
  beginning,
  type Context,
  contexts,
  deviceFlags,
  kindOf,
  quoted,
  valued,
} from "./contexts.ts";

/** Arms of a `case`, each with what it sets. */
function arms(rows: readonly (readonly [pattern: string, action: string])[]): string {
  return rows.map(([pattern, action]) => `    ${pattern}) ${action} ;;`).join("\n");
}

function values(context: Context): (readonly [string, string])[] {
  return valued(context).map((flag) => {
    const names = [flag.name, flag.short].flatMap((name) => name ?? []);
    const patterns = names.map((name) => quoted(`${context.call} ${name}`)).join(" | ");
    return [patterns, `kind=${quoted(kindOf(flag.completes))}`];
  });
}

function devices(type: string): readonly [string, string] {
  return [deviceFlags(type).join(" | "), `type=${type}`];
}

/** The script: one function for `solo5` and the names of its links. */
export function bashCompletion(): string {
  const all = contexts();
  const words = (context: Context) => context.commands.map(({ name }) => name);
  const apart = [
    ...new Set(
      all.flatMap(({ flags }) =>
        flags.filter((flag) => flag.apart).map(({ name }) => name)
      ),
    ),
  ];
  return `# Completions of solo5 for bash, made from the description of its command line.

# Says what follows the words in $call: sets commands, flags, operand.
_solo5_context() {
  commands= operand=
  case $call in
${
    arms(all.map((context) => [
      quoted(context.call),
      `commands=${quoted(words(context).join(" "))}
      flags=${quoted(context.flags.map(beginning).join(" "))}
      operand=${quoted(kindOf(context.operand))}`,
    ]))
  }
  esac
}

# Says what the value of the flag $1 is: sets kind.
_solo5_kind() {
  kind=
  case "$call $1" in
${arms(all.flatMap(values))}
  esac
}

# The flag $1 with each device that it can name, of the unikernel where it is known,
# as far as it begins with $2.
_solo5_devices() {
  local type= name names=
  case $1 in
${arms([devices("NET_BASIC"), devices("BLOCK_BASIC")])}
    *) return ;;
  esac
  [[ ! -f $image ]] || names=$(solo5 manifest show "$image" 2>/dev/null |
    sed -n 's/.*"name": "\\([A-Za-z0-9]\\{1,67\\}\\)", "type": "'"$type"'".*/\\1/p')
  for name in \${names:-0}; do
    [[ $1:$name= != "$2"* ]] || printf '%s\\n' "$1:$name="
  done
}

# What can stand for $2, of the kind $1, a line each.
_solo5_values() {
  local each IFS=$' \\n'
  case $1 in
    image | file) compgen -f -- "$2" ;;
    directory) compgen -d -- "$2" ;;
    user) compgen -u -- "$2" ;;
    command) compgen -W ${quoted(words(all[0]!).join(" "))} -- "$2" ;;
    tap)
      for each in /sys/class/net/*/tun_flags; do
        each=\${each%/tun_flags}
        [[ ! -e $each || \${each##*/} != "$2"* ]] || printf '%s\\n' "\${each##*/}"
      done ;;
    guest)
      compgen -W "$(solo5 ps 2>/dev/null |
        sed -n '1d; s/^\\([A-Za-z0-9._-]*\\) .*/\\1/p')" -- "$2" ;;
    "values "*) compgen -W "\${1#values }" -- "$2" ;;
  esac
}

_solo5() {
  local call= image= cur= before= ended= commands flags operand kind word found
  local line=\${COMP_LINE:0:COMP_POINT} IFS=$' \\t\\n'
  local -a words
  read -r -a words <<<"$line"
  if [[ $line != *[[:blank:]] ]]; then
    cur=\${words[\${#words[@]}-1]}
    unset "words[\${#words[@]}-1]"
  fi
  case \${words[0]##*/} in
    solo5-hvt*) call=hvt ;;
    solo5-elftool*) call=elftool ;;
  esac
  for word in "\${words[@]:1}"; do
    _solo5_context
    if [[ $word == -- ]]; then ended=yes
    elif [[ $ended || $word != -* ]]; then
      if [[ " $commands " == *" $word "* ]]; then call="\${call:+$call }$word"
      else image=\${image:-$word}
      fi
    fi
    before=$word
  done
  _solo5_context
  IFS=$'\\n'
  case $before in
    ${apart.join(" | ")}) _solo5_kind "$before" ;;
    *) kind= ;;
  esac
  if [[ $kind ]]; then found=$(_solo5_values "$kind" "$cur")
  elif [[ $cur == -*=* && ! $ended ]]; then
    word=\${cur%%=*}
    _solo5_kind "\${word%%:*}"
    found=$(_solo5_values "$kind" "\${cur#*=}")
    mapfile -t words <<<"$found"
    found=\${found:+$(printf '%s\\n' "\${words[@]/#/"$word="}")}
  elif [[ $cur == -*:* && ! $ended ]]; then
    word=\${cur%%:*}
    found=$(_solo5_devices "$word" "$cur")
  elif [[ $cur == -* && ! $ended ]]; then
    found=$(IFS=' ' && compgen -W "$flags" -- "$cur")
  elif [[ $commands ]]; then found=$(IFS=' ' && compgen -W "$commands" -- "$cur")
  else kind=$operand found=$(_solo5_values "$operand" "$cur")
  fi
  COMPREPLY=()
  [[ ! $found ]] || mapfile -t COMPREPLY <<<"$found"
  # readline completes what stands behind the last of these.
  local breaks=\${COMP_WORDBREAKS//[^:=]/} kept=
  [[ ! $breaks || $cur != *["$breaks"]* ]] || kept=\${cur%"\${cur##*["$breaks"]}"}
  COMPREPLY=("\${COMPREPLY[@]#"$kept"}")
  case $kind in image | file | directory) compopt -o filenames 2>/dev/null ;; esac
  [[ \${#COMPREPLY[@]} != 1 || \${COMPREPLY[0]} != *[:=] ]] || compopt -o nospace 2>/dev/null
}

complete -F _solo5 solo5 ${PROGRAMS.join(" ")}
`;
}

/** The names of links that have a command line of their own. */
export const PROGRAMS = ["solo5-hvt", "solo5-hvt-debug", "solo5-elftool"] as const;
