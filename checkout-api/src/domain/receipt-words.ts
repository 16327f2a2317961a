/** The words of a receipt, in the languages of the waiting page. English and German by people who know Sluice; the others by machine. */

export interface ReceiptWords {
  readonly subject: string;
  readonly thanks: string;
  readonly total: string;
  readonly paid: string;
  readonly order: string;
  readonly keep: string;
}

export const RECEIPT_WORDS: Readonly<Record<string, ReceiptWords>> = {
  en: {
    subject: 'Your order is confirmed',
    thanks: 'Thank you. Your order is paid; this is your confirmation and receipt.',
    total: 'Total',
    paid: 'Paid',
    order: 'Order number',
    keep: 'Keep this message. If you write to the shop, quote the order number.',
  },
  ar: {
    subject: 'تم تأكيد طلبك',
    thanks: 'شكرًا لك. تم دفع طلبك؛ هذا تأكيد الطلب وإيصالك.',
    total: 'المجموع',
    paid: 'تاريخ الدفع',
    order: 'رقم الطلب',
    keep: 'احتفظ بهذه الرسالة. اذكر رقم الطلب إذا راسلت المتجر.',
  },
  cs: {
    subject: 'Objednávka je potvrzena',
    thanks: 'Děkujeme. Objednávka je zaplacena; toto je potvrzení a účtenka.',
    total: 'Celkem',
    paid: 'Zaplaceno',
    order: 'Číslo objednávky',
    keep: 'Zprávu si uschovejte. Pokud budete obchodu psát, uveďte číslo objednávky.',
  },
  de: {
    subject: 'Ihre Bestellung ist bestätigt',
    thanks: 'Vielen Dank. Ihre Bestellung ist bezahlt; dies ist Bestätigung und Beleg.',
    total: 'Summe',
    paid: 'Bezahlt',
    order: 'Bestellnummer',
    keep: 'Bewahren Sie diese Nachricht auf. Wenn Sie dem Shop schreiben, nennen Sie die Bestellnummer.',
  },
  es: {
    subject: 'Tu pedido está confirmado',
    thanks: 'Gracias. Tu pedido está pagado; esta es la confirmación y el recibo.',
    total: 'Total',
    paid: 'Pagado',
    order: 'Número de pedido',
    keep: 'Guarda este mensaje. Si escribes a la tienda, indica el número de pedido.',
  },
  fr: {
    subject: 'Votre commande est confirmée',
    thanks: 'Merci. Votre commande est payée ; ceci est votre confirmation et votre reçu.',
    total: 'Total',
    paid: 'Payée le',
    order: 'Numéro de commande',
    keep: 'Conservez ce message. Si vous écrivez à la boutique, indiquez le numéro de commande.',
  },
  it: {
    subject: 'Il tuo ordine è confermato',
    thanks: 'Grazie. Il tuo ordine è pagato; questa è la conferma e la ricevuta.',
    total: 'Totale',
    paid: 'Pagato',
    order: 'Numero d’ordine',
    keep: 'Conserva questo messaggio. Se scrivi al negozio, indica il numero d’ordine.',
  },
  ja: {
    subject: 'ご注文が確定しました',
    thanks: 'ありがとうございます。お支払いが完了しました。本メールはご注文の確認と領収書です。',
    total: '合計',
    paid: 'お支払い日時',
    order: '注文番号',
    keep: 'このメールを保管してください。お問い合わせの際は注文番号をお知らせください。',
  },
  ko: {
    subject: '주문이 확인되었습니다',
    thanks: '감사합니다. 결제가 완료되었습니다. 이 메일은 주문 확인서이자 영수증입니다.',
    total: '합계',
    paid: '결제 일시',
    order: '주문 번호',
    keep: '이 메일을 보관해 주세요. 상점에 문의하실 때 주문 번호를 알려 주세요.',
  },
  nl: {
    subject: 'Uw bestelling is bevestigd',
    thanks: 'Bedankt. Uw bestelling is betaald; dit is uw bevestiging en bon.',
    total: 'Totaal',
    paid: 'Betaald',
    order: 'Bestelnummer',
    keep: 'Bewaar dit bericht. Vermeld het bestelnummer als u de winkel schrijft.',
  },
  pl: {
    subject: 'Zamówienie potwierdzone',
    thanks: 'Dziękujemy. Zamówienie zostało opłacone; to potwierdzenie i pokwitowanie.',
    total: 'Razem',
    paid: 'Opłacono',
    order: 'Numer zamówienia',
    keep: 'Zachowaj tę wiadomość. Pisząc do sklepu, podaj numer zamówienia.',
  },
  pt: {
    subject: 'A sua encomenda está confirmada',
    thanks: 'Obrigado. A sua encomenda está paga; esta é a confirmação e o recibo.',
    total: 'Total',
    paid: 'Pago',
    order: 'Número da encomenda',
    keep: 'Guarde esta mensagem. Se escrever à loja, indique o número da encomenda.',
  },
  sv: {
    subject: 'Din beställning är bekräftad',
    thanks: 'Tack. Din beställning är betald; detta är din bekräftelse och ditt kvitto.',
    total: 'Summa',
    paid: 'Betald',
    order: 'Ordernummer',
    keep: 'Spara meddelandet. Ange ordernumret om du skriver till butiken.',
  },
  tr: {
    subject: 'Siparişiniz onaylandı',
    thanks: 'Teşekkür ederiz. Siparişiniz ödendi; bu ileti onayınız ve makbuzunuzdur.',
    total: 'Toplam',
    paid: 'Ödeme',
    order: 'Sipariş numarası',
    keep: 'Bu iletiyi saklayın. Mağazaya yazarsanız sipariş numarasını belirtin.',
  },
  zh: {
    subject: '您的订单已确认',
    thanks: '谢谢。您的订单已付款；这是您的订单确认和收据。',
    total: '合计',
    paid: '付款时间',
    order: '订单号',
    keep: '请保存此邮件。联系商店时请提供订单号。',
  },
};
