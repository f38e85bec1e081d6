// Renders with LiquidJS for a program that speaks in lines of JSON: {source, data} parses a template and answers its output;
// {times, parse} renders it so many times, parsed anew each time or not, and answers the nanoseconds that it took.
import { createInterface } from "node:readline";
import { Liquid } from "liquidjs";

// Plunk's options, and the escaping of a mail's HTML. Dates are told in UTC on both sides.
const engine = new Liquid({ jsTruthy: true, outputEscape: "escape", timezoneOffset: 0 });

let source, data, template;

function render({ times, parse }) {
    const began = process.hrtime.bigint();
    for (let time = 0; time < times; time += 1) {
        engine.renderSync(parse ? engine.parse(source) : template, data);
    }
    return { nanoseconds: Number(process.hrtime.bigint() - began) };
}

function prepare(request) {
    ({ source, data } = request);
    template = engine.parse(source);
    return { output: engine.renderSync(template, data) };
}

for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    console.log(JSON.stringify(request.times ? render(request) : prepare(request)));
}
