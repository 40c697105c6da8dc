#include "checks/reputation/feedback/snds.hpp"

#include <gtest/gtest.h>

#include "checks/reputation/feedback/snds_memory.hpp"
#include "checks/reputation/feedback/snds_report.hpp"
#include "config/utc.hpp"
#include "tests/support/fake_http.hpp"

namespace reputed::feedback {
namespace {

using std::chrono::hours;

WallTime at(const std::string& text) {
    std::tm parts{};
    EXPECT_NE(strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts), nullptr) << text;
    return std::chrono::system_clock::from_time_t(timegm(&parts));
}

const WallTime now = at("2026-11-22T04:00:00Z");

// The row of the recorded shape with these fields changed.
std::string row(const std::string& ip, const std::string& begin = "11/20/2026 12:00 AM",
                const std::string& filter = "GREEN", const std::string& rate = "< 0.1%",
                const std::string& traps = "0", const std::string& counts = "1895,1894,1893") {
    return ip + ',' + begin + ",11/20/2026 11:00 PM," + counts + ',' + filter + ',' + rate + ",,," + traps +
           ",,,\r\n";
}

// "192.0.2.1 2026-11-20T00:00:00Z 1895/1894/1893 0 0.001 0"
std::string shown(const snds::Activity& one) {
    const auto count = [](const auto& value) { return value ? std::to_string(*value) : std::string("-"); };
    char ratio[32] = "-";
    if (one.complaint_ratio) std::snprintf(ratio, sizeof ratio, "%g", *one.complaint_ratio);
    return one.ip.to_string() + ' ' + rfc3339(one.begin) + ' ' + count(one.rcpt_commands) + '/' +
           count(one.data_commands) + '/' + count(one.message_recipients) + ' ' +
           (one.filter ? std::to_string(static_cast<int>(*one.filter)) : "-") + ' ' + ratio + ' ' +
           count(one.trap_hits);
}

std::string shown(const snds::Range& one) {
    return one.first.to_string() + ' ' + one.last.to_string() + (one.blocked ? " blocked " : " not ") +
           one.reason;
}

template <class Row>
std::string shown(const snds::Rows<Row>& rows) {
    std::string out;
    for (const auto& one : rows.rows)
        out += shown(one) + '\n';
    if (rows.fault != Fault::none)
        out += (rows.fault == Fault::refused ? "refused: " : "malformed: ") + rows.message;
    return out;
}

TEST(SndsReport, Data) {
    const std::string good = "192.0.2.1 2026-11-20T00:00:00Z 1895/1894/1893 0 0.001 0\n";
    const struct {
        std::string text, expected;
    } rows[] = {
        {"", ""},
        {"\r\n \r\n", ""},
        {row("192.0.2.1"), good},
        {"\xEF\xBB\xBF" + row("192.0.2.1") + "\r\n\r\n", good},
        {"192.0.2.1,11/20/2026 12:00 AM,11/20/2026 11:00 PM,1895,1894,1893,GREEN,< 0.1%,,,0,,,", good},
        {"\"192.0.2.1\",\"11/20/2026 12:00 AM\",\"\",1895,1894,1893,\"Green\",\"<0.1%\",,,0,\"a \"\"b\"\", "
         "c\",\"x@y\",\"two\nlines\"\n",
         good},
        {row("192.0.2.1") + row("192.0.2.2", "1/2/2026 1:07 PM", "YELLOW", "0.3%", "41"),
         good + "192.0.2.2 2026-01-02T13:07:00Z 1895/1894/1893 1 0.003 41\n"},
        // With the period of the traps, sample HELO and MAIL FROM, and a comment.
        {"192.0.2.1,9/28/2020 9:08 PM,9/29/2020 8:09 PM,47386,47386,47384,RED,2.4%,9/28/2020 9:08 "
         "PM,9/29/2020 "
         "8:09 PM,40,mail.example.org,<a@example.org>,Spam\r\n",
         "192.0.2.1 2020-09-28T21:08:00Z 47386/47386/47384 2 0.024 40\n"},
        {row("192.0.2.1", "11/20/2026 12:30 PM"),
         "192.0.2.1 2026-11-20T12:30:00Z 1895/1894/1893 0 0.001 0\n"},
        {row("192.0.2.1", "2026-11-20T01:00:00Z"),
         "192.0.2.1 2026-11-20T01:00:00Z 1895/1894/1893 0 0.001 0\n"},
        {row("192.0.2.1", "11/20/2026"), good},
        {row("192.0.2.1", "11/20/2026 12:00 AM", "", "", "", ",,"),
         "192.0.2.1 2026-11-20T00:00:00Z -/-/- - - -\n"},
        {"IP Address,Activity start,Activity end,RCPT commands,DATA commands,Message recipients,Filter "
         "result,"
         "Complaint rate,Trap message start,Trap message end,Trap hits,Sample HELO,Sample MAIL "
         "FROM,Comments\r\n" +
             row("192.0.2.1"),
         good},
        {"Trap hits,IP Address,Filter result,Activity start\n7,192.0.2.1,RED,11/20/2026 12:00 AM,,,,\n",
         "192.0.2.1 2026-11-20T00:00:00Z -/-/- 2 - 7\n"},
        // What is wrong is said, and what is in order counts.
        {row("192.0.2.1") + row("2001:db8::1"),
         good + "malformed: line 2 of the CSV is not as expected: an IPv4 address"},
        {row("192.0.2.300") + row("192.0.2.1"),
         good + "malformed: line 1 of the CSV is not as expected: an IPv4 address"},
        {row("192.0.2.1", "20/11/2026 12:00 AM"),
         "malformed: line 1 of the CSV is not as expected: a time such as 11/20/2026 12:00 AM"},
        {row("192.0.2.1", "11/20/2026 13:00 PM"),
         "malformed: line 1 of the CSV is not as expected: a time such as 11/20/2026 12:00 AM"},
        {row("192.0.2.1", "2/30/2026 1:00 AM"),
         "malformed: line 1 of the CSV is not as expected: a time such as 11/20/2026 12:00 AM"},
        {row("192.0.2.1", "11/20/0026 1:00 AM"),
         "malformed: line 1 of the CSV is not as expected: a time such as 11/20/2026 12:00 AM"},
        {row("192.0.2.1", "11/20/2026 12:00 AM", "PURPLE"),
         "malformed: line 1 of the CSV is not as expected: GREEN, YELLOW or RED"},
        {row("192.0.2.1", "11/20/2026 12:00 AM", "RED", "0.1"),
         "malformed: line 1 of the CSV is not as expected: a complaint rate such as < 0.1%"},
        {row("192.0.2.1", "11/20/2026 12:00 AM", "RED", "101%"),
         "malformed: line 1 of the CSV is not as expected: a complaint rate such as < 0.1%"},
        {row("192.0.2.1", "11/20/2026 12:00 AM", "RED", "nan%"),
         "malformed: line 1 of the CSV is not as expected: a complaint rate such as < 0.1%"},
        {row("192.0.2.1", "11/20/2026 12:00 AM", "RED", "1%", "-3"),
         "malformed: line 1 of the CSV is not as expected: a whole number"},
        {row("192.0.2.1", "11/20/2026 12:00 AM", "RED", "1%", "99999999999999999999"),
         "malformed: line 1 of the CSV is not as expected: a whole number"},
        {"192.0.2.1,11/20/2026 12:00 AM\n", "malformed: line 1 of the CSV is not as expected: 14 fields"},
        {"<!DOCTYPE html><html><body>Something went wrong",
         "malformed: the answer is a page for people where CSV is expected"},
        {" \r\n<html><title>Sign in to your account</title>", "refused: the key is not accepted"},
        {"Not authorized", "refused: the key is not accepted"},
        {"\xFF\xFE"
         "1\0"
         "9\0",
         "malformed: line 1 of the CSV is not as expected: an IPv4 address"},
    };
    for (const auto& one : rows)
        EXPECT_EQ(shown(snds::parse_data(one.text)), one.expected) << one.text;
}

TEST(SndsReport, Status) {
    const struct {
        std::string text, expected;
    } rows[] = {
        {"", ""},
        {"192.0.2.1,192.0.2.1,Yes,Blocked due to user complaints or other evidence of spamming\r\n",
         "192.0.2.1 192.0.2.1 blocked Blocked due to user complaints or other evidence of spamming\n"},
        {"192.0.2.0,192.0.2.255,True,\"E-mail address harvesting, and more\"\n",
         "192.0.2.0 192.0.2.255 blocked E-mail address harvesting, and more\n"},
        {"192.0.2.1,192.0.2.2,No,Junked due to user complaints or other evidence of spamming",
         "192.0.2.1 192.0.2.2 not Junked due to user complaints or other evidence of spamming\n"},
        {"192.0.2.1,192.0.2.1,yes", "192.0.2.1 192.0.2.1 blocked \n"},
        {"Beginning IP Address,Ending IP Address,Blocked,Reason\n192.0.2.1,192.0.2.1,true,x\n",
         "192.0.2.1 192.0.2.1 blocked x\n"},
        {"192.0.2.9,192.0.2.1,Yes,x",
         "malformed: line 1 of the CSV is not as expected: two IPv4 addresses in order"},
        {"192.0.2.1,192.0.2.1,Maybe,x\n192.0.2.2,192.0.2.2,Yes,x",
         "192.0.2.2 192.0.2.2 blocked x\nmalformed: line 1 of the CSV is not as expected: Yes or No"},
        {"<html>", "malformed: the answer is a page for people where CSV is expected"},
    };
    for (const auto& one : rows)
        EXPECT_EQ(shown(snds::parse_status(one.text)), one.expected) << one.text;
}

struct Account {
    FeedbackSettings settings;
    test::FakeHttp http;
    std::vector<std::string> ours{"192.0.2.1", "192.0.2.2", "2001:db8::1"};
    std::string memory;

    Account() {
        settings.name = "snds";
        settings.kind = FeedbackSettings::Kind::snds;
        settings.key.value = "s3cret-k&y";
        settings.url.value = "https://snds.test/snds/";
    }
    void answer(const std::string& data, const std::string& status) {
        http.answers["https://snds.test/snds/data.aspx?key=s3cret-k%26y"] = {200, data};
        http.answers["https://snds.test/snds/ipStatus.aspx?key=s3cret-k%26y"] = {200, status};
    }
    Reading read(WallTime time = now) {
        std::vector<IpAddress> addresses;
        for (const auto& text : ours)
            addresses.push_back(*IpAddress::parse(text));
        auto reading = read_snds({settings,
                                  addresses,
                                  {"example.org"},
                                  time,
                                  {},
                                  [this](http::Request&& request) { return http.exchange(request, {}); },
                                  memory});
        memory = reading.memory;
        return reading;
    }
};

std::string shown(const Reading& reading) {
    std::string out;
    for (const auto& point : reading.points) {
        char value[32];
        std::snprintf(value, sizeof value, "%g", point.value);
        out += point.subject + ' ' + point.metric + ' ' + value + ' ' + utc_text(point.time, "%m-%d") +
               (point.detail.empty() ? "" : " (" + point.detail + ")") + '\n';
    }
    return out + reading.message;
}

TEST(SndsSource, TellsOfOursOnly) {
    Account account;
    account.answer(row("192.0.2.1", "11/20/2026 12:00 AM", "YELLOW", "0.4%", "2") + row("198.51.100.1"), "");
    const auto reading = account.read();
    EXPECT_EQ(reading.fault, Fault::none);
    EXPECT_EQ(shown(reading),
              "192.0.2.1 filter 1 11-20 (filter result YELLOW)\n"
              "192.0.2.1 complaint_ratio 0.004 11-20 (complaint rate 0.4%)\n"
              "192.0.2.1 trap_hits 2 11-20 (trap hits 2)\n"
              "192.0.2.1 rcpt_commands 1895 11-20\n"
              "192.0.2.1 data_commands 1894 11-20\n"
              "192.0.2.1 message_recipients 1893 11-20\n"
              "192.0.2.1 blocked 0 11-22\n"
              "192.0.2.1 neighbours_blocked 0 11-22\n"
              "192.0.2.1 junked 0 11-22\n");
    for (const auto& request : account.http.requests) {
        EXPECT_EQ(request.method, "GET");
        EXPECT_EQ(request.redirects, 3);
    }
}

TEST(SndsSource, SeveralPeriodsOfADayAreOne) {
    Account account;
    account.answer(row("192.0.2.1", "11/20/2026 1:00 PM", "GREEN", "0.4%", "2", "1,2,3") +
                       row("192.0.2.1", "11/20/2026 1:00 AM", "RED", "< 0.1%", "3", "10,20,30") +
                       row("192.0.2.1", "11/19/2026 1:00 AM", "YELLOW", "5%", "9", "100,200,300"),
                   "");
    EXPECT_TRUE(shown(account.read())
                    .starts_with("192.0.2.1 filter 2 11-20 (filter result RED)\n"
                                 "192.0.2.1 complaint_ratio 0.004 11-20 (complaint rate 0.4%)\n"
                                 "192.0.2.1 trap_hits 5 11-20 (trap hits 5)\n"
                                 "192.0.2.1 rcpt_commands 11 11-20\n"
                                 "192.0.2.1 data_commands 22 11-20\n"
                                 "192.0.2.1 message_recipients 33 11-20\n"));
}

TEST(SndsSource, RangesOfOursAndOfNeighbours) {
    const struct {
        std::string status, expected;
    } rows[] = {
        {"192.0.2.1,192.0.2.1,Yes,why",
         "192.0.2.1 blocked 1 11-22 (blocked: 192.0.2.1, why)\n192.0.2.1 neighbours_blocked 0 11-22\n"
         "192.0.2.1 junked 0 11-22\n"},
        {"192.0.2.2,192.0.2.9,Yes,",
         "192.0.2.2 blocked 0 11-22\n"
         "192.0.2.2 neighbours_blocked 1 11-22 (blocked: 192.0.2.2 to 192.0.2.9)\n192.0.2.2 junked 0 "
         "11-22\n"},
        {"192.0.2.2,192.0.2.2,No,Junked due to complaints",
         "192.0.2.2 blocked 0 11-22\n192.0.2.2 neighbours_blocked 0 11-22\n"
         "192.0.2.2 junked 1 11-22 (not blocked: 192.0.2.2, Junked due to complaints)\n"},
        {"192.0.2.3,192.0.2.200,Yes,x", ""},
        {"0.0.0.0,0.0.0.5,Yes,x", ""},
        {"10.0.0.0,192.0.2.0,Yes,x\n192.0.2.1,192.0.2.1,Nein,x",
         "ipStatus.aspx: line 2 of the CSV is not as expected: Yes or No"},
    };
    for (const auto& one : rows) {
        Account account;
        account.answer("", one.status);
        EXPECT_EQ(shown(account.read()), one.expected) << one.status;
    }
    Account both;
    both.answer("", "192.0.2.1,192.0.2.2,Yes,x");
    EXPECT_EQ(shown(both.read()),
              "192.0.2.1 blocked 1 11-22 (blocked: 192.0.2.1 to 192.0.2.2, x)\n192.0.2.1 neighbours_blocked "
              "0 11-22\n"
              "192.0.2.1 junked 0 11-22\n"
              "192.0.2.2 blocked 1 11-22 (blocked: 192.0.2.1 to 192.0.2.2, x)\n192.0.2.2 neighbours_blocked "
              "0 11-22\n"
              "192.0.2.2 junked 0 11-22\n");
}

TEST(SndsSource, NoRowIsNoZero) {
    Account account;
    account.answer("", "");
    EXPECT_EQ(shown(account.read()), "") << "nothing was ever told about ours";
    account.answer("", "192.0.2.1,192.0.2.1,Yes,x");
    account.read();
    account.answer("", "");
    EXPECT_EQ(shown(account.read(now + hours(24))),
              "192.0.2.1 blocked 0 11-23\n192.0.2.1 neighbours_blocked 0 11-23\n192.0.2.1 junked 0 11-23\n");
    account.answer("", "192.0.2.2,192.0.2.2,Perhaps,x");
    EXPECT_EQ(shown(account.read(now + hours(24))),
              "ipStatus.aspx: line 1 of the CSV is not as expected: Yes or No")
        << "the line that cannot be read may be about anybody";
    account.answer("", "");
    EXPECT_EQ(shown(account.read(now + hours(24 * 32))), "") << "not in the account any more, as it seems";
}

TEST(SndsSource, FaultsKeepWhatWasRead) {
    const struct {
        int status;
        Fault fault;
    } rows[] = {{0, Fault::unreachable},   {302, Fault::refused}, {400, Fault::refused},
                {401, Fault::refused},     {403, Fault::refused}, {404, Fault::refused},
                {408, Fault::unreachable}, {429, Fault::quota},   {500, Fault::unreachable},
                {503, Fault::unreachable}};
    for (const auto& one : rows) {
        Account account;
        account.answer(row("192.0.2.1"), "");
        account.http.answers["https://snds.test/snds/ipStatus.aspx?key=s3cret-k%26y"] = {one.status,
                                                                                         "s3cret-k&y"};
        const auto reading = account.read();
        EXPECT_EQ(reading.fault, one.fault) << one.status;
        EXPECT_EQ(reading.points.size(), 6U) << one.status;
        EXPECT_EQ(reading.message.find("s3cret"), std::string::npos) << reading.message;
        EXPECT_EQ(reading.memory.find("s3cret"), std::string::npos) << reading.memory;
    }
    Account account;
    account.answer(row("192.0.2.1"), "");
    account.http.answers["https://snds.test/snds/data.aspx?key=s3cret-k%26y"].cut = true;
    const auto reading = account.read();
    EXPECT_EQ(reading.fault, Fault::malformed);
    EXPECT_EQ(shown(reading), "the answer is longer than what is read of one");
}

TEST(SndsSource, AsksOnlyForWhatIsNew) {
    Account account;
    account.answer(row("192.0.2.1"), "");
    account.http.answers["https://snds.test/snds/data.aspx?key=s3cret-k%26y"].etag = "\"v1\"";
    account.read();
    account.http.answers["https://snds.test/snds/data.aspx?key=s3cret-k%26y"] = {304, ""};
    const auto reading = account.read();
    EXPECT_EQ(account.http.requests.at(2).if_none_match, "\"v1\"");
    EXPECT_EQ(reading.fault, Fault::none);
    EXPECT_EQ(shown(reading),
              "192.0.2.1 blocked 0 11-22\n192.0.2.1 neighbours_blocked 0 11-22\n192.0.2.1 junked 0 11-22\n");
}

TEST(SndsSource, FindsTheFolderOfTheFiles) {
    const char* const urls[] = {"https://snds.test/snds", "https://snds.test/snds/",
                                "https://snds.test/snds/data.aspx",
                                "https://snds.test/snds/ipStatus.aspx?x=y"};
    for (const auto* url : urls) {
        Account account;
        account.settings.url.value = url;
        account.read();
        ASSERT_EQ(account.http.requests.size(), 2U);
        EXPECT_EQ(account.http.requests[0].url, "https://snds.test/snds/data.aspx?key=s3cret-k%26y") << url;
        EXPECT_EQ(account.http.requests[1].url, "https://snds.test/snds/ipStatus.aspx?key=s3cret-k%26y")
            << url;
    }
}

TEST(SndsMemory, OfAnyBytes) {
    const struct {
        std::string text, expected;
    } rows[] = {
        {"", ""},
        {"etag \"a\"\n192.0.2.1 1795000000\n", "etag \"a\"\n192.0.2.1 1795000000\n"},
        {"etag a\x01\n", ""},
        {"192.0.2.1 -1\n192.0.2.2 x\nx 1\n192.0.2.3\n192.0.2.4 99999999999999999999\n", ""},
        {std::string("\0\xff \xff", 4), ""},
    };
    for (const auto& one : rows)
        EXPECT_EQ(write_snds_memory(read_snds_memory(one.text)), one.expected) << one.text;
}

}  // namespace
}  // namespace reputed::feedback
