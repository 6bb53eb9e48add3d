/**
 * The completions for fish. Pure.
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
  valued,
} from "./contexts.ts";

/** Text in single quotes: fish takes two escapes there. */
function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}

/** A word and what it is, as fish takes them from a function. */
function item(word: string, text: string): string {
  return `${quoted(word)} ${quoted(text)}`;
}

function lines(
  context: Context,
  items: readonly (readonly [word: string, text: string])[],
): string {
  if (items.length === 0) return "";
  const all = items.map(([word, text]) => item(word, text)).join(" \\\n                ");
  return `        case ${quoted(context.call)}\n            printf '%s\\t%s\\n' ${all}\n`;
}

function values(context: Context): string {
  return valued(context).map((flag) => {
    const names = [flag.name, flag.short].flatMap((name) => name ?? []);
    const patterns = names.map((name) => quoted(`${context.call} ${name}`)).join(" ");
    return `        case ${patterns}\n            echo ${
      quoted(kindOf(flag.completes))
    }\n`;
  }).join("");
}

function operands(context: Context): string {
  if (context.operand === undefined) return "";
  return `        case ${quoted(context.call)}\n            echo ${
    quoted(kindOf(context.operand))
  }\n`;
}

/** The script: one function for `solo5` and the names of its links. */
export function fishCompletion(): string {
  const all = contexts();
  const apart = new Set(
    all.flatMap(({ flags }) =>
      flags.filter((flag) => flag.apart).map(({ name }) => name)
    ),
  );
  return `# Completions of solo5 for fish, made from the description of its command line.

# What may follow the words $argv[1]: commands and jobs.
function __solo5_commands
    switch "$argv[1]"
${
    all.map((context) =>
      lines(context, context.commands.map(({ name, summary }) => [name, summary]))
    ).join("")
  }    end
end

function __solo5_flags
    switch "$argv[1]"
${
    all.map((context) =>
      lines(context, context.flags.map((flag) => [beginning(flag), flag.help]))
    ).join("")
  }    end
end

# What stands behind the words $argv[1]: a kind of value.
function __solo5_operand
    switch "$argv[1]"
${all.map(operands).join("")}    end
end

# What the value of a flag is: $argv[1] are the words, a blank, and the flag.
function __solo5_kind
    switch "$argv[1]"
${all.map(values).join("")}    end
end

# The devices that the flag $argv[1] can name: of the unikernel $argv[2], if known.
function __solo5_devices
    set -l type
    switch "$argv[1]"
        case ${deviceFlags("NET_BASIC").join(" ")}
            set type NET_BASIC
        case ${deviceFlags("BLOCK_BASIC").join(" ")}
            set type BLOCK_BASIC
        case '*'
            return
    end
    set -l names
    if test -f "$argv[2]"
        set names (solo5 manifest show $argv[2] 2>/dev/null | string match -rg '"name": "([A-Za-z0-9]{1,67})", "type": "'$type'"')
    end
    set -q names[1]; or set names 0
    printf '%s\\n' $argv[1]:$names=
end

# What can stand for $argv[2], of the kind $argv[1].
function __solo5_values
    switch "$argv[1]"
        case image file
            __fish_complete_path "$argv[2]"
        case directory
            __fish_complete_directories "$argv[2]" ''
        case user
            __fish_complete_users
        case command
            __solo5_commands ''
        case tap
            for each in /sys/class/net/*/tun_flags
                string replace -r '.*/(.*)/tun_flags' '$1' $each
            end
        case guest
            solo5 ps 2>/dev/null | string match -rg '^([A-Za-z0-9._-]+) ' | tail -n +2
        case 'values *'
            string split ' ' (string replace "values " "" -- $argv[1])
    end
end

function __solo5_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l call
    set -l image
    set -l ended
    set -l before
    switch (string replace -r '.*/' '' -- $words[1])
        case 'solo5-hvt*'
            set call hvt
        case 'solo5-elftool*'
            set call elftool
    end
    for word in $words[2..-1]
        if test "$word" = --
            set ended yes
        else if set -q ended[1]; or not string match -q -- '-*' $word
            if contains -- $word (__solo5_commands "$call" | string replace -r '\\t.*' '')
                set call (string trim -- "$call $word")
            else if not set -q image[1]
                set image $word
            end
        end
        set before $word
    end
    if contains -- "$before" ${[...apart].join(" ")}
        __solo5_values (__solo5_kind "$call $before") $current
    else if not set -q ended[1]; and string match -q -- '-*=*' $current
        set -l flag (string replace -r '=.*' '' -- $current)
        set -l kind (__solo5_kind "$call "(string replace -r ':.*' '' -- $flag))
        set -l found (__solo5_values "$kind" (string replace -r '^[^=]*=' '' -- $current))
        set -q found[1]; and printf '%s\\n' $flag=$found
    else if not set -q ended[1]; and string match -q -- '-*:*' $current
        __solo5_devices (string replace -r ':.*' '' -- $current) "$image"
    else if not set -q ended[1]; and string match -q -- '-*' $current
        __solo5_flags "$call"
    else
        __solo5_commands "$call"
        __solo5_values (__solo5_operand "$call") "$current"
    end
end

for program in solo5 ${PROGRAMS.join(" ")}
    complete -c $program -f -a '(__solo5_complete)'
end
`;
}
