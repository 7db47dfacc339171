import twilio from 'twilio';
import { describe, expect, it } from 'vitest';
import { readTwiml } from '../../dev/simulator/twiml.ts';

const bodies = (xml: string, type = 'text/xml; charset=utf-8') => {
  const twiml = readTwiml(type, xml);
  return twiml.ok ? twiml.messages.map((message) => message.body) : twiml.code;
};

describe('TwiML', () => {
  it.each([
    ['', []],
    ['  \n', []],
    ['<Response/>', []],
    ['<?xml version="1.0" encoding="UTF-8"?><Response></Response>', []],
    ['<Response><Message>Hi</Message></Response>', ['Hi']],
    [
      '<Response>\n  <Message>\n Hi \n</Message><!-- no --><Message>there</Message></Response>',
      ['Hi', 'there'],
    ],
    [
      '<Response><Message><Body>A &amp; B &lt;3 &#233;&#x1F600;</Body><Media>x</Media></Message></Response>',
      ['A & B <3 é😀'],
    ],
    ['<Response><Message><![CDATA[<b> & co]]></Message></Response>', ['<b> & co']],
    ['<Response><Sms to="+14155550102" from=\'x\'>Hi</Sms></Response>', ['Hi']],
    ['<Response><Redirect>/x</Redirect><Message></Message></Response>', []],
    ['<Response><Message>Hi</Response>', 12100],
    ['<Response><Message>A & B</Message></Response>', 12100],
    ['<Response/><Response/>', 12100],
    ['Hello', 12100],
    ['</Response>', 12100],
    ['<Answer/>', 12200],
  ])('%j', (xml, expected) => {
    expect(bodies(xml)).toEqual(expected);
  });

  it('takes plain text as the text and refuses other types', () => {
    expect(bodies('Hello ', 'text/plain; charset=utf-8')).toEqual(['Hello']);
    expect(bodies('{"a":1}', 'application/json')).toBe(12300);
  });

  it('reads what the official SDK writes', () => {
    const response = new twilio.twiml.MessagingResponse();
    response.message('Fish & "chips" <now>');
    response.message({ to: '+14155550102' }, 'Second');
    expect(readTwiml('text/xml', response.toString())).toEqual({
      ok: true,
      messages: [{ body: 'Fish & "chips" <now>' }, { body: 'Second', to: '+14155550102' }],
    });
  });
});
