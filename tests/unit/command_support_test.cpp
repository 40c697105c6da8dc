#include "agent/command_support.hpp"

#include <algorithm>
#include <iostream>
#include <sstream>
#include <stdexcept>

#include <gtest/gtest.h>

namespace reputed {
namespace {

// Standard input that holds `text`, and what is printed to standard error meanwhile.
class Input {
  public:
    explicit Input(const std::string& text) : text_(text), before_(std::cin.rdbuf(text_.rdbuf())) {
        std::cin.clear();
        testing::internal::CaptureStderr();
    }
    ~Input() {
        std::cin.rdbuf(before_);
        std::cin.clear();
    }
    static std::string errors() { return testing::internal::GetCapturedStderr(); }

  private:
    std::istringstream text_;
    std::streambuf* before_;
};

using Lines = std::vector<InputLine>;

TEST(CommandSupportSubjects, LinesOfStandardInput) {
    struct Row {
        std::string input;
        Lines lines;
    };
    const Row rows[] = {
        {"", {}},
        {"\n\n", {}},
        {"192.0.2.1", {{1, "192.0.2.1"}}},
        {"192.0.2.1\n", {{1, "192.0.2.1"}}},
        {"192.0.2.1\r\nexample.com\r\n", {{1, "192.0.2.1"}, {2, "example.com"}}},
        {"  a \t\n\tb", {{1, "a"}, {2, "b"}}},
        {"# all of them\na # the first\n#\nb#c\n", {{2, "a"}, {4, "b"}}},
        {"a b\n", {{1, "a b"}}},
        {std::string("a\0b\nc", 5), {{1, std::string("a\0b", 3)}, {2, "c"}}},
        {std::string(1024, 'x') + "\nb\n", {{1, std::string(1024, 'x')}, {2, "b"}}},
        {std::string(1024, 'x'), {{1, std::string(1024, 'x')}}},
    };
    for (const auto& row : rows) {
        const Input input(row.input);
        EXPECT_EQ(read_subject_lines(), row.lines);
        EXPECT_EQ(Input::errors(), "");
    }
}

TEST(CommandSupportSubjects, TooMuchIsAnErrorThatSaysWhere) {
    std::string million;
    for (int i = 0; i < 1'000'000; ++i)
        million += '\n';
    struct Row {
        std::string input;
        const char* error;
    };
    const Row rows[] = {
        {std::string(1025, 'x'), "reputed: standard input, line 1: longer than 1024 bytes\n"},
        {"a\n" + std::string(1025, 'x') + "\nb\n",
         "reputed: standard input, line 2: longer than 1024 bytes\n"},
        {std::string(100'000, 'x'), "reputed: standard input, line 1: longer than 1024 bytes\n"},
        {million + "x", "reputed: standard input, line 1000001: more than 1000000 lines\n"},
    };
    for (const auto& row : rows) {
        const Input input(row.input);
        EXPECT_EQ(read_subject_lines(), std::nullopt);
        EXPECT_EQ(Input::errors(), row.error);
    }
    const Input input(million);
    EXPECT_EQ(read_subject_lines(), Lines{});
    EXPECT_EQ(Input::errors(), "");
}

TEST(CommandSupportSubjects, ABadOneIsNamedWithItsLine) {
    struct Row {
        std::string input;
        std::vector<std::string> arguments;
        const char* error;
    };
    const Row rows[] = {
        {"example.com\n# none\nno domain\nnor\n",
         {"-"},
         "reputed: standard input, line 3: \"no domain\" is neither an IP address, a network nor a domain "
         "name\n"},
        {"11.0.0.0/8\n",
         {"example.com", "-"},
         "reputed: standard input, line 1: \"11.0.0.0/8\" is wider than 65536 addresses: give smaller "
         "networks\n"},
        {"",
         {"example.com", "localhost"},
         "reputed: \"localhost\" is neither an IP address, a network nor a domain name\n"},
    };
    for (const auto& row : rows) {
        const Input input(row.input);
        EXPECT_FALSE(read_subjects(row.arguments));
        EXPECT_EQ(Input::errors(), row.error);
    }
}

TEST(CommandSupportSubjects, InputThatBreaksOffIsNotTakenForAll) {
    struct Broken : std::streambuf {
        int_type underflow() override { throw std::runtime_error("read error"); }
    } broken;
    const Input input("");
    auto* before = std::cin.rdbuf(&broken);
    EXPECT_EQ(read_subject_lines(), std::nullopt);
    std::cin.rdbuf(before);
    EXPECT_EQ(Input::errors(), "reputed: standard input could not be read\n");
}

TEST(CommandSupportError, IsOnePlainLine) {
    struct Row {
        std::string message;
        const char* printed;
    };
    for (const auto& row :
         {Row{"a message", "reputed: a message\n"}, Row{"two\nlines", "reputed: two lines\n"},
          Row{"\x1b[31m", "reputed: \\x1b[31m\n"}}) {
        testing::internal::CaptureStderr();
        print_error(row.message);
        EXPECT_EQ(testing::internal::GetCapturedStderr(), row.printed);
    }
}

TEST(CommandSupportDns, Servers) {
    for (const char* server :
         {"192.0.2.1", "192.0.2.1:53", "2001:db8::1", "[2001:db8::1]:5353", "[2001:db8::1]"})
        EXPECT_TRUE(is_dns_server(server)) << server;
    for (const char* server :
         {"", ":53", "192.0.2.1:0", "192.0.2.1:65536", "192.0.2.1:", "192.0.2.1:x", "192.0.2",
          "ns.example.com", "192.0.2.1,192.0.2.2", "192.0.2.1 ", "[192.0.2.1", "2001:db8::g"})
        EXPECT_FALSE(is_dns_server(server)) << server;
}

TEST(CommandSupportSettings, AFileThatIsNotThereIsReported) {
    testing::internal::CaptureStderr();
    CommonOptions common;
    common.config = "/nonexistent/reputed.toml";
    EXPECT_FALSE(command_settings(common, false));
    const std::string errors = testing::internal::GetCapturedStderr();
    EXPECT_TRUE(errors.starts_with("reputed: /nonexistent/reputed.toml")) << errors;
    EXPECT_EQ(std::count(errors.begin(), errors.end(), '\n'), 1);
}

TEST(CommandSupportSettings, WithAServerAndSubjectsNoFileIsRead) {
    CommonOptions common;
    common.dns = "192.0.2.53";
    const auto settings = command_settings(common, false);
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->dns.servers, std::vector<std::string>{"192.0.2.53"});
    EXPECT_TRUE(settings->senders.empty());
}

}  // namespace
}  // namespace reputed
