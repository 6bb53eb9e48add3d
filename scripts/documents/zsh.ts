/**
 * The completions for zsh. Pure.
 *
 * @module
 */
import { PROGRAMS } from "./bash.ts";
import {
  beginning,
  type Context,
  contexts,
  deviceFlags,
  kindOf,
  quoted,
  valued,
} from "./contexts.ts";

/** An item of `_describe`: a colon in it separates word and text. */
function item(word: string, text: string): string {
  return quoted(`${word.replaceAll(":", "\\:")}:${text}`);
}

function arm(context: Context): string {
  const { call, commands, flags, operand } = context;
  const list = (items: readonly string[]) =>
    items.length === 0 ? "()" : `(\n        ${items.join("\n        ")})`;
  const isOpen = (text: string) => /[:=]$/.test(text);
  const all = flags.map((flag) => [beginning(flag), flag.help] as const);
  return `    (${quoted(call)})
      commands=${list(commands.map(({ name, summary }) => item(name, summary)))}
      open=${list(all.filter(([word]) => isOpen(word)).map(([w, text]) => item(w, text)))}
      closed=${
    list(all.filter(([word]) => !isOpen(word)).map(([w, text]) => item(w, text)))
  }
      operand=${quoted(kindOf(operand))} ;;`;
}

function values(context: Context): string[] {
  return valued(context).flatMap((flag) =>
    [flag.name, flag.short].flatMap((name) =>
      name === undefined
        ? []
        : `    (${quoted(`${context.call} ${name}`)}) kind=${
          quoted(kindOf(flag.completes))
        } ;;`
    )
  );
}

/** The script: one function for `solo5` and the names of its links. */
export function zshCompletion(): string {
  const all = contexts();
  const apart = new Set(
    all.flatMap(({ flags }) =>
      flags.filter((flag) => flag.apart).map(({ name }) => name)
    ),
  );
  return `#compdef solo5 ${PROGRAMS.join(" ")}
# Completions of solo5 for zsh, made from the description of its command line.

# Says what follows the words in $call: sets commands, open, closed, operand.
_solo5_context() {
  commands=() open=() closed=() operand=
  case $call in
${all.map(arm).join("\n")}
  esac
}

# Says what the value of the flag $1 is: sets kind.
_solo5_kind() {
  kind=
  case "$call $1" in
${all.flatMap(values).join("\n")}
  esac
}

# Adds the devices that the flag $1 can name: of the unikernel, where it is known.
_solo5_devices() {
  local type
  local -a names
  case $1 in
    (${deviceFlags("NET_BASIC").join("|")}) type=NET_BASIC ;;
    (${deviceFlags("BLOCK_BASIC").join("|")}) type=BLOCK_BASIC ;;
    (*) return 1 ;;
  esac
  [[ ! -f $image ]] || names=(\${(f)"$(solo5 manifest show $image 2>/dev/null |
    sed -n 's/.*"name": "\\([A-Za-z0-9]\\{1,67\\}\\)", "type": "'$type'".*/\\1/p')"})
  (( $#names )) || names=(0)
  compadd -S = -a names
}

# Adds what the kind $1 has.
_solo5_values() {
  local -a found
  case $1 in
    (image|file) _files ;;
    (directory) _files -/ ;;
    (user) _users ;;
    (command) _describe command commands ;;
    (tap) found=(/sys/class/net/*/tun_flags(N:h:t)) && compadd -a found ;;
    (guest)
      found=(\${(f)"$(solo5 ps 2>/dev/null |
        sed -n '1d; s/^\\([A-Za-z0-9._-]*\\) .*/\\1/p')"}) && compadd -a found ;;
    ("values "*) found=(\${=\${1#values }}) && compadd -a found ;;
    (*) return 1 ;;
  esac
}

_solo5() {
  local call image before ended operand kind word
  local -a commands open closed
  case \${words[1]:t} in
    (solo5-hvt*) call=hvt ;;
    (solo5-elftool*) call=elftool ;;
  esac
  for word in "\${(@Q)words[2,CURRENT-1]}"; do
    _solo5_context
    if [[ $word == -- ]]; then ended=yes
    elif [[ -n $ended || $word != -* ]]; then
      if (( \${commands[(I)\${(b)word}:*]} )); then call=\${call:+$call }$word
      else image=\${image:-$word}
      fi
    fi
    before=$word
  done
  _solo5_context
  case $before in
    (${[...apart].join("|")}) _solo5_kind $before ;;
  esac
  if [[ -n $kind ]]; then _solo5_values $kind
  elif [[ -z $ended && $PREFIX == -*=* ]]; then
    _solo5_kind \${\${PREFIX%%=*}%%:*}
    compset -P 1 '*='
    _solo5_values "$kind"
  elif [[ -z $ended && $PREFIX == -*:* ]]; then
    word=\${PREFIX%%:*}
    compset -P 1 '*:'
    _solo5_devices $word
  elif [[ -z $ended && $PREFIX == -* ]]; then
    _describe -o flag open -S '' -- closed
  elif (( $#commands )); then _describe command commands
  else
    kind=$operand call=
    [[ $kind != command ]] || _solo5_context
    _solo5_values "$kind"
  fi
}

_solo5 "$@"
`;
}
