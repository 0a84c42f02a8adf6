import styles from './words.module.css'

/** The words of a key, numbered. */
export function Words({ words }: { readonly words: readonly string[] }) {
  return (
    <ol className={styles.words} translate="no">
      {words.map((word, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a word can occur twice, and the order is constant
        <li key={index}>{word}</li>
      ))}
    </ol>
  )
}
