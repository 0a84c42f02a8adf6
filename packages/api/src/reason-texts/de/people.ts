import type english from '../en/people.ts'

const reasons: Record<keyof typeof english, string> = {
  // People and contacts.
  'people-no-peer': 'Dieser Knoten hat keinen Peer mit diesem Schlüssel erkannt',
  'people-contacts-most': 'Es gibt {count} Kontakte: Entfernen Sie zuerst den Namen von einem',
  'people-own-key':
    'Das ist Ihr eigener Schlüssel: Ziehen Sie stattdessen zurück, was Sie veröffentlicht haben',
  'people-blocked-most': '{count} Veröffentlicher sind gesperrt: Geben Sie zuerst einige frei',
  'people-not-blocked': 'Dieser Veröffentlicher ist nicht gesperrt',
  'people-name':
    'Ein Name hat 1 bis 64 Bytes in UTF-8 und keine Steuerzeichen oder unsichtbaren, die Text umkehren',
  'people-network-off': 'Kontakte werden über das Shoal-Netz gefragt, das aus ist: siehe shoal.enabled',
  'contact-unknown': 'Kein Kontakt hat diesem Knoten diesen did:key gezeigt',
  'contact-no-did': 'Es gibt keinen did:key zum Vergleichen: {program} people NODE --show macht einen',
  'contact-other-key':
    'Dieser Code hat einen anderen Schlüssel als die Gerätelisten dieser Person, die hier bekannt sind: Wenn er von Ihrem Kontakt ist, steht jemand zwischen Ihnen, oder einer von beiden hat eine ältere Liste',
  'contact-other-person':
    'Das ist der Code einer anderen Person: Wenn er von Ihrem Kontakt ist, steht jemand zwischen Ihnen',
  'contact-other-words':
    'Das sind nicht die Wörter zu den Schlüsseln, die dieser Knoten kennt: Wenn Ihr Kontakt sie sieht, steht jemand zwischen Ihnen, oder einer von beiden hat eine ältere Liste',
  'contact-code': 'Das ist nicht der Code einer Person. Scannen oder kopieren Sie ihn erneut',
  'contact-message': 'Diese Nachricht {why}',
  'contact-message-version': 'hat eine unbekannte Version',
  'contact-message-lists': 'hat zu viele Listen',
  'contact-message-profile': 'hat ein Profil ohne dessen Gerät',
  'contact-message-form': 'hat eine falsche Form',
  'contact-message-empty': 'hat eine leere Liste',
  'contact-message-number': 'hat eine ungültige Zahl',
  'contact-message-bytes': 'hat Bytes einer falschen Länge',
  'profile-unsigned':
    'Nur ein Gerät einer Person unterschreibt ein Profil, und dieser Knoten ist keines: {program} devices add macht ihn dazu',
  'profile-cannot-sign':
    'Dieses Profil lässt sich nicht unterschreiben. Ein Name hat 1 bis 64 Bytes, und ein Gerät der neuesten Geräteliste unterschreibt es',
  'profile-unusable': 'Dieses Profil ist unbrauchbar. {why}',
  'profile-device': 'Das Gerät, das es unterschrieben hat, steht nicht in der Geräteliste seiner Person',
  'profile-not-signed': 'Es ist kein unterschriebenes Profil',
  'profile-form': 'Es hat eine unbekannte Form',
  'profile-version': 'Seine Version ist ungültig',
  'profile-name': 'Der Name ist ungültig',
  'profile-picture': 'Das Bild ist ungültig',
  'picture-unusable': 'Dieses Bild ist unbrauchbar. {why}',
  'picture-large': 'Es hat mehr als {most} KiB',
  'picture-kind': 'Es ist kein Bild in JPEG, PNG oder WebP',
  'picture-pixels': 'Es hat {width} × {height} Bildpunkte, erlaubt sind höchstens {most} × {high}',
  // Faults of lists, logins and other signed texts.
  'signed-long': 'Der Text ist zu lang',
  'signed-base64': 'Der Text ist nicht in Base64url',
  'signed-signature': 'Die Unterschrift ist falsch',
  'signed-other': 'Der Text gehört jemand anderem',
  'signed-version': 'Die Version ist unbekannt',
  'signed-key': 'Ein Schlüssel ist ungültig',
  'signed-hash': 'Ein Hash ist ungültig',
  'signed-time': 'Eine Zeit ist ungültig',
  'signed-damaged': 'Der Text ist beschädigt',
  // Devices.
  'devices-unusable': 'Diese Gerätelisten sind unbrauchbar. {why}',
  'devices-unusable-at-hub': 'Diese Gerätelisten sind unbrauchbar: {why}',
  'devices-not-this': 'Die neueste enthält dieses Gerät nicht',
  'devices-expired': 'Die neueste ist abgelaufen',
  'devices-history': 'Ein Verlauf hat 1 bis {most} Listen',
  'devices-many': 'Sie hat zu viele Geräte',
  'devices-no-first': 'Die erste Liste fehlt',
  'devices-no-description': 'Die Beschreibung eines Geräts fehlt',
  'devices-surplus': 'Geräte sind beschrieben, die die neueste Liste nicht hat',
  'devices-not-text': 'Das ist nicht der Text einer Geräteliste',
  'devices-most': 'Es gibt schon {count} Gerätelisten, mehr sind nicht möglich',
  'devices-more': 'Es gibt mehr als {most} Gerätelisten',
  'devices-successor': 'Die erste Geräteliste braucht einen Nachfolger des Schlüssels',
  'devices-cannot-sign':
    'Dieser Schlüssel kann diese Geräteliste nicht unterschreiben: Nur der Nachfolger des Hauptschlüssels kann es, oder der Hauptschlüssel mit demselben Nachfolger',
  'devices-limits': 'Diese Geräteliste überschreitet ihre Grenzen',
  'devices-name': 'Der Name eines Geräts hat 1 bis 64 Bytes, und seine Schlüssel sind Ed25519-Schlüssel',
  'device-list-unusable': 'Diese Geräteliste ist unbrauchbar. {why}',
  'device-list-unsigned': 'Sie ist nicht unterschrieben',
  'device-list-form': 'Ein Gerät ist in unbekannter Form beschrieben',
  'device-list-name': 'Der Name eines Geräts ist ungültig',
  'device-list-kind': 'Die Art eines Geräts ist unbekannt',
  'device-list-number': 'Ihre Nummer ist ungültig',
  'device-list-before': 'Sie nennt die Liste vor ihr nicht',
  'device-list-first': 'Die erste Liste unterschreibt die Person',
  'device-list-validity': 'Ihre Gültigkeitsdauer ist ungültig',
  'device-list-twice': 'Sie nennt ein Gerät zweimal',
  'device-list-none': 'Es gibt keine',
  'device-list-order': 'Die Listen folgen nicht aufeinander',
  'device-list-signers': 'Es fehlen Listen, die zeigen, wer sie unterschreiben darf',
  'device-list-replaced': 'Ein ersetzter Schlüssel hat sie unterschrieben',
  'device-list-between': 'Listen zwischen der bekannten und dieser fehlen',
  'devices-other-person':
    'Dieser Knoten gehört {did}: {program} devices forget lässt ihn diese Person vergessen',
  'certificate-owner': 'Dieses Zertifikat {why}. Sein Besitzer muss ein neues zeigen',
  'certificate-peers': 'ist für andere Peers',
  'certificate-is-expired': 'ist abgelaufen',
  'certificate-early': 'gilt noch nicht',
  'certificate-lasting': 'gilt zu lange',
  'certificate-person': 'ist nicht von der Person unterschrieben, die es nennt',
  // Keys.
  'did-wrong': '{why}. Lassen Sie sich den vollständigen did:key erneut geben',
  'did-not': 'Das ist kein did:key',
  'did-long': 'Dieser did:key ist zu lang für Ed25519',
  'did-character': 'Dieser did:key hat ein ungültiges Zeichen',
  'did-kind': 'Dieser did:key ist kein Ed25519-Schlüssel, die einzige Art, die Shoal unterstützt',
  'did-incomplete': 'Dieser did:key ist unvollständig oder verändert',
  'key-file-not': 'Das ist keine Schlüsseldatei. {why}',
  'key-file-large': 'Die Datei ist zu groß',
  'key-file-path-large': '{path} ist zu groß für eine Schlüsseldatei',
  'key-file-public':
    'Das ist ein öffentlicher Schlüssel, der nichts öffnet. Ein geheimer beginnt mit {begin}',
  'key-file-none': 'Hier ist kein geheimer age-Schlüssel ({begin})',
  'key-file-damaged': 'Diese Schlüsseldatei ist beschädigt. Stellen Sie sie aus einer Sicherung wieder her',
  'key-file-not-or-damaged':
    'Das ist keine Schlüsseldatei, oder sie ist beschädigt. Stellen Sie sie aus einer Sicherung wieder her',
  'key-file-no-shoal':
    'Diese Datei enthält keinen Shoal-Schlüssel. Wählen Sie eine, die „shoal key new“ erzeugt hat',
  'key-seed': 'Der Ursprung eines Schlüssels muss 32 Bytes haben',
  'age-key-wrong': 'Das ist kein age-Schlüssel (age1…), oder ein Teil fehlt. Kopieren Sie ihn ganz',
  'age-secret-wrong': 'Das ist kein geheimer age-Schlüssel ({begin}), oder ein Teil fehlt',
  'words-count':
    'Das sind {count} Wörter, und ein Schlüssel hat {right}. Vergleichen Sie sie mit dem, was Sie aufgeschrieben haben',
  'words-unknown':
    'Wort {number} steht nicht in der Liste von BIP 39. Vergleichen Sie sie mit dem, was Sie aufgeschrieben haben',
  'words-mixed':
    'Diese Wörter gehören nicht zusammen: Eines ist ein anderes, oder zwei haben die Plätze getauscht. Vergleichen Sie sie mit dem, was Sie aufgeschrieben haben',
}

export default reasons
