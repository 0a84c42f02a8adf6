import { Popover } from '@base-ui/react/popover'
import { type KeyboardEvent, type ReactElement, useState } from 'react'
import { logicalKey } from '../../../shared/base/direction.ts'
import layout from '../../../shared/controls/layout.module.css'
import { texts } from '../../../shared/messages/chat.ts'
import styles from './emoji.module.css'
import { EMOJI } from './emoji.ts'

const GROUPS = Object.keys(EMOJI) as (keyof typeof EMOJI)[]

interface Props {
  /** The button that opens the picker. */
  readonly trigger: ReactElement
  onChoose(emoji: string): void
  onOpenChange?(isOpen: boolean): void
}

/** Emoji in groups. Arrow keys move among them. */
export function EmojiPicker({ trigger, onChoose, onOpenChange }: Props) {
  const [isOpen, setOpen] = useState(false)
  const change = (open: boolean) => {
    setOpen(open)
    onOpenChange?.(open)
  }
  return (
    <Popover.Root open={isOpen} onOpenChange={change}>
      <Popover.Trigger render={trigger} />
      <Popover.Portal>
        <Popover.Positioner className={styles.positioner} sideOffset={6} align="end">
          <Popover.Popup className={`${layout.scroll} ${styles.popup}`} aria-label={texts.emoji}>
            {/* biome-ignore lint/a11y/noStaticElementInteractions: keys move the focus among its buttons */}
            <div className={layout.stack2} onKeyDown={moveFocus}>
              {GROUPS.map(group => (
                <fieldset key={group} aria-label={texts.emojiGroups[group]} className={styles.grid}>
                  {EMOJI[group].split(' ').map((emoji, index) => (
                    <button
                      key={emoji}
                      type="button"
                      className={styles.emoji}
                      tabIndex={group === GROUPS[0] && index === 0 ? 0 : -1}
                      onClick={() => {
                        change(false)
                        onChoose(emoji)
                      }}
                    >
                      {emoji}
                    </button>
                  ))}
                </fieldset>
              ))}
            </div>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  )
}

const COLUMNS = 8
const STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  ArrowUp: -COLUMNS,
  ArrowDown: COLUMNS,
}

function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const step = STEPS[logicalKey(event.key)]
  if (step === undefined) return
  event.preventDefault()
  const buttons = [...event.currentTarget.querySelectorAll('button')]
  const at = buttons.indexOf(document.activeElement as HTMLButtonElement)
  buttons[Math.max(0, Math.min(buttons.length - 1, at + step))]?.focus()
}
