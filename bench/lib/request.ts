/** Request bodies of `fraud`, all different, as API Gateway passes them on. */
export function apiEvents(count: number, vocabulary: readonly string[]): object[] {
  return Array.from({ length: count }, (_, i) => {
    const category = vocabulary[i % vocabulary.length];
    const features = {
      event_time: '2026-11-20T10:00:00Z',
      amount: 12.5 + i,
      card_avg_amount: 30 + (i % 7),
      card_age_days: 100 + i,
      tx_last_hour: i % 4,
      tx_last_day: i % 9,
      minutes_since_last: 60 + i,
      distance_km: (i * 37) % 500,
      failed_pins: i % 2,
      merchant_risk: (i % 100) / 100,
      is_foreign: i % 2,
      merchant_category: category,
      channel: category,
      country: category,
      device: category,
      card_type: category,
    };
    return {
      resource: '/models/{model}/predictions',
      path: '/models/fraud/predictions',
      httpMethod: 'POST',
      headers: { 'content-type': 'application/json', host: 'api', 'x-forwarded-for': '10.0.0.1' },
      multiValueHeaders: { 'content-type': ['application/json'], host: ['api'] },
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      pathParameters: { model: 'fraud' },
      stageVariables: null,
      requestContext: { requestId: `r${i}`, stage: 'live', identity: { sourceIp: '10.0.0.1' } },
      body: JSON.stringify({ entity: `card-${i}`, features }),
      isBase64Encoded: false,
    };
  });
}
