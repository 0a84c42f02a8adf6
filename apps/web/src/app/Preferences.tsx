import { IconButton } from '../shared/controls/Button.tsx'
import { ThemeMenu } from '../shared/controls/ThemeMenu.tsx'
import { texts } from '../shared/messages/texts.ts'
import { shortcutsShown } from '../shared/ui/ui.ts'
import styles from './Preferences.module.css'

/** Preferences of this browser, which the node does not store. */
export function Preferences() {
  return (
    <div className={styles.preferences}>
      <ThemeMenu />
      <IconButton
        icon="keyboard"
        label={texts.app.shortcuts.open}
        shortcut="?"
        onClick={() => shortcutsShown.set(true)}
      />
    </div>
  )
}
