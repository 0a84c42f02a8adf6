import layout from '../../shared/controls/layout.module.css'
import { errorMessage } from '../../shared/format/error-message.ts'
import { texts } from '../../shared/messages/texts.ts'
import { useAsked } from '../../shared/node/context.tsx'
import styles from './settings.module.css'

const say = texts.settings.ipFilter

/**
 * Shows how many rules the node has read from the IP filter, and the lines that it could not parse.
 */
export function IpFilterLines({ path }: { readonly path: string }) {
  const { value } = useAsked(api => api.getIpFilter({}), [path])
  if (!value || value.path !== path) return null
  const { rules, badLines, firstBadLines, error } = value
  return (
    <div className={styles.filterLines} role="status">
      <p className={layout.soft}>{say.rules({ count: rules })}</p>
      {error !== null && (
        <p className={`${layout.bad} ${layout.small} ${styles.wrong}`}>{errorMessage({ message: error })}</p>
      )}
      {badLines > 0 && (
        <>
          <p className={`${layout.bad} ${layout.small} ${styles.wrong}`}>
            {say.badLines({ count: badLines })}
          </p>
          <ul>
            {firstBadLines.map(({ line, text }) => (
              <li key={line} className={`${layout.soft} ${layout.break}`}>
                {say.line({ number: line })} <code>{text}</code>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  )
}
