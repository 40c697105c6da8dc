// What a person meets on the pages, in headless Chromium. Usage: browser.mjs URL [PICTURES-DIRECTORY]; LAB and LAB_DIR name the
// lab, so that what the agent sees can be changed.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const axe = createRequire(import.meta.url)("axe-core").source;
const [base, pictures] = process.argv.slice(2);
const lab = (...words) => execFileSync(process.env.LAB, words, { encoding: "utf8" });
const pages = ["/", "/ip/11.10.1.26", "/ip/2a0b:1ab:1::25", "/list/codes.bl.lab", "/list/silent.bl.lab", "/domain/listed.example",
  "/explain/dnsbl.listed", "/explain/", "/search?q=11.10", "/search?q=nothing+like+it", "/ip/198.51.100.1"];
const desktop = { width: 1280, height: 900 }, phone = { width: 360, height: 740 };

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });

// A page that complains about whatever a console would show; `expected` are those that are meant to come.
async function open(options = {}, expected = /status of 404/) {
  const context = await browser.newContext({ viewport: desktop, ...options });
  context.setDefaultTimeout(30000);
  const page = await context.newPage();
  page.complaints = [];
  page.on("console", message => {
    if (message.type() === "error" && !expected.test(message.text())) page.complaints.push(message.text());
  });
  page.on("pageerror", error => page.complaints.push(String(error)));
  page.on("dialog", dialog => {
    page.complaints.push("a dialog: " + dialog.message());
    dialog.dismiss();
  });
  return page;
}

async function close(page) {
  assert.deepEqual(page.complaints, []);
  await page.context().close();
}

const tests = {
  async "all of it is there without script"() {
    const page = await open({ javaScriptEnabled: false });
    await page.goto(base + "/");
    assert.equal(await page.getAttribute("html", "lang"), "en");
    assert.match(await page.textContent("h1"), /^reputed: critical$/);
    for (const id of ["senders", "timeline", "addresses", "domains", "findings", "lists", "queues", "agent"])
      assert.equal(await page.locator(`h2#${id}`).count(), 1, id);
    assert.equal(await page.locator("svg.days").count(), 6); // all together and five senders
    assert.ok(await page.locator("svg.chart").count() >= 2);
    assert.match(await page.locator("svg.days").first().getAttribute("aria-label"), /not watched/);
    assert.equal(await page.locator("button", { hasText: "Pause" }).count(), 0);

    await page.click("#senders ~ * a[href='/ip/11.10.1.26']");
    assert.equal(await page.textContent("h1"), "11.10.1.26");
    const row = page.locator("#lists ~ * tr", { hasText: "codes.bl.lab" });
    assert.match(await row.textContent(), /listed.*<img src=x onerror=alert\(1\)>/s);
    assert.equal(await row.locator("a[href='https://codes.bl.lab/query/11.10.1.26']").count(), 1);
    assert.match(await page.textContent("#past ~ *"), /b\.barracudacentral\.org.*open relay|b\.barracudacentral\.org/s);
    assert.match(await page.locator("svg.days").getAttribute("aria-label"), /days? warning/);

    await row.locator("a").first().click();
    assert.equal(await page.textContent("h1"), "codes.bl.lab");
    assert.match(await page.textContent("main"), /open relay/);
    await page.goBack();
    await page.locator("#findings ~ * a[href='/explain/dnsbl.listed']").first().click();
    assert.match(await page.textContent("main"), /What to do/);

    await page.fill("#q", "Listed.Example");
    await page.click("button:has-text('Find')");
    assert.match(page.url(), /\/search\?q=Listed\.Example$/);
    await page.click("a[href='/domain/listed.example']");
    assert.equal(await page.textContent("h1"), "listed.example");

    const lost = await page.goto(base + "/ip/198.51.100.1");
    assert.equal(lost.status(), 404);
    assert.match(await page.textContent("main"), /no address of a configured sender/);
    await close(page);
  },

  async "nothing that a reader with a screen reader, a keyboard or little sight would stumble over"() {
    // All in light on a desk; of the rest those that have most kinds of things on them.
    const kinds = [["light", desktop, pages], ["light", phone, ["/"]], ["dark", desktop, pages.slice(0, 2)], ["dark", phone, pages.slice(1, 2)]];
    await Promise.all(kinds.map(async ([colorScheme, viewport, looked]) => {
      const page = await open({ colorScheme, viewport, reducedMotion: "reduce" });
      for (const path of pages) {
        await page.goto(base + path);
        if (looked.includes(path)) {
          await page.evaluate(axe);
          const { violations } = await page.evaluate(() => axe.run({ exclude: ["svg > *"] }, { resultTypes: ["violations"] }));
          assert.deepEqual(violations.map(one => `${path}: ${one.help}: ${one.nodes[0].html}: ${one.nodes[0].failureSummary}`), []);
        }
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        const beyond = wide <= viewport.width ? [] : await page.evaluate(() => [...document.body.querySelectorAll("*")]
          .filter(one => !one.parentElement.closest(".scroll, svg") && one.getBoundingClientRect().right > innerWidth)
          .map(one => one.outerHTML.slice(0, 100)));
        assert.ok(wide <= viewport.width, `${path} is ${wide} wide: ${beyond.slice(0, 5).join("\n")}`);
        const levels = await page.$$eval("h1,h2,h3,h4", all => all.map(one => Number(one.localName[1])));
        assert.equal(levels[0], 1);
        levels.slice(1).forEach((level, i) => assert.ok(level > 1 && level <= levels[i] + 1, `${path}: h${level} after h${levels[i]}`));
        assert.equal(await page.$eval(".skip", one => getComputedStyle(one).transitionDuration), "0s");
      }
      await close(page);
    }));
  },

  async "the keyboard reaches everything"() {
    const page = await open();
    await page.goto(base + "/");
    const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.textContent);
    await page.keyboard.press("Tab");
    assert.equal(await focused(), "To the content");
    assert.ok(await page.$eval(".skip", one => one.getBoundingClientRect().top >= 0), "it is seen while it has the focus");
    await page.keyboard.press("Enter");
    assert.equal(await focused(), "main");
    await page.goto(base + "/");
    const order = [];
    for (let i = 0; i < 7; ++i) {
      await page.keyboard.press("Tab");
      order.push(await focused());
    }
    assert.deepEqual(order.slice(0, 6), ["To the content", "Overview", "Findings explained", "Metrics", "Pause updates", "q"]);
    await page.focus("#q");
    await page.keyboard.type("11.10.1.27");
    await Promise.all([page.waitForURL("**/search?q=11.10.1.27"), page.keyboard.press("Enter")]);
    for (let i = 0; i < 20 && await focused() !== "11.10.1.27"; ++i) await page.keyboard.press("Tab");
    assert.ok(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle !== "none"), "the focus is seen");
    await Promise.all([page.waitForURL("**/ip/11.10.1.27"), page.keyboard.press("Enter")]);
    await close(page);
  },

  async "an open page follows the agent"() {
    const page = await open({}, /ERR_INTERNET_DISCONNECTED/);
    await page.goto(base + "/");
    const look = () => page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    const comes = async (what, condition) => {
      for (const end = Date.now() + 30000; !await page.evaluate(condition);) {
        assert.ok(Date.now() < end, what);
        await look();
        await page.waitForFunction(condition, null, { timeout: 300, polling: 50 }).catch(() => {});
      }
    };
    await page.evaluate(() => { window.same = true; });
    await page.click("summary");
    await page.focus("a[href='/list/six.bl.lab']");
    await page.evaluate(() => scrollTo(0, 700));
    const before = await page.evaluate(() => scrollY);
    const listed = `[...document.querySelectorAll(".findings h3")].some(one => one.textContent.includes("11.10.0.25 is listed on codes.bl.lab"))`;
    assert.equal(await page.evaluate(listed), false);
    lab("list", "add", "codes.bl.lab", "11.10.0.25");
    await comes("the listing", listed);
    assert.ok(await page.evaluate(() => window.same), "it was not loaded anew");
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute("href")), "/list/six.bl.lab");
    assert.ok(await page.evaluate(() => document.querySelector("details").open));
    assert.ok(Math.abs(await page.evaluate(() => scrollY) - before) < 200, "it stays where it was scrolled");
    lab("list", "remove", "codes.bl.lab", "11.10.0.25");
    await comes("the end of the listing", `!(${listed})`);

    await page.context().setOffline(true);
    await comes("a word about it", `/cannot be reached: this is as of 20/.test(document.getElementById("live").textContent)`);
    await page.context().setOffline(false);
    await comes("its end", `document.getElementById("live").textContent === ""`);

    await page.click("button:has-text('Pause updates')");
    assert.match(await page.textContent("#live"), /paused/);
    let asked = 0;
    page.on("request", () => ++asked);
    await look();
    assert.equal(asked, 0, "nothing is asked while it is paused");
    await Promise.all([page.waitForRequest(base + "/"), page.click("button:has-text('Resume updates')")]);
    await close(page);
  },

  async "a hidden tab asks for nothing"() {
    const page = await open();
    await page.clock.install();
    await page.goto(base + "/explain/");
    let asked = 0;
    page.on("request", () => ++asked);
    const hide = hidden => page.evaluate(value => {
      Object.defineProperty(document, "hidden", { configurable: true, value });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
    await hide(true);
    await page.clock.runFor(120000);
    assert.equal(asked, 0);
    await Promise.all([page.waitForRequest(base + "/explain/"), hide(false)]);
    await close(page);
  },

  async "it prints"() {
    const page = await open();
    await page.goto(base + "/ip/11.10.1.26");
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.isVisible(".bar"), false);
    assert.ok((await page.pdf()).length > 5000);
    await close(page);
  },
};

async function picture(name, path, options, ready = async () => {}) {
  const page = await open(options);
  await page.goto(base + path);
  await ready(page);
  await page.screenshot({ path: `${pictures}/${name}.png` });
  await close(page);
}

let failed = 0;
if (pictures) {
  await picture("page", "/", { viewport: { width: 1100, height: 1140 }, colorScheme: "light" });
  await picture("page-address", "/ip/11.10.1.25", { viewport: { width: 1100, height: 1000 }, colorScheme: "light" });
  await picture("page-phone", "/", { viewport: { width: 390, height: 844 }, colorScheme: "dark", deviceScaleFactor: 2 });
} else {
  for (const [name, test] of Object.entries(tests)) {
    const begun = Date.now();
    try {
      await test();
      console.log(`ok: ${name} (${Date.now() - begun} ms)`);
    } catch (error) {
      failed = 1;
      console.log(`FAILED: ${name}\n${error.stack}`);
    }
  }
}
await browser.close();
process.exit(failed);
