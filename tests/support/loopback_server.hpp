#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

typedef struct ssl_ctx_st SSL_CTX;
typedef struct ssl_st SSL;

// Real servers on a free port of 127.0.0.1, one thread each, one connection after the other.
namespace reputed::test {

// A key and a self-signed certificate for `name` (an address or a host name), made when the test runs.
class Certificate {
  public:
    explicit Certificate(const std::string& name);
    ~Certificate();
    Certificate(const Certificate&) = delete;
    Certificate& operator=(const Certificate&) = delete;

    SSL_CTX* context() const { return context_; }
    std::string file() const { return file_; }  // PEM, to be trusted

  private:
    SSL_CTX* context_ = nullptr;
    std::string file_;
};

// One client. Every wait ends when the server is destroyed.
class Connection {
  public:
    Connection(int socket, int wake) : socket_(socket), wake_(wake) {}
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    bool start_tls(const Certificate& certificate);
    std::optional<std::string> read_line();  // without CRLF; nullopt at the end
    std::string read(std::size_t size);
    bool write(std::string_view text);
    void hang();  // until the client goes away or the server ends

  private:
    bool wait(short events);
    bool fill();

    int socket_;
    int wake_;
    SSL* tls_ = nullptr;
    std::string buffer_;
};

class LoopbackServer {
  public:
    explicit LoopbackServer(std::function<void(Connection&)> serve);
    ~LoopbackServer();
    std::uint16_t port() const { return port_; }

  private:
    void run();

    std::function<void(Connection&)> serve_;
    int listener_ = -1;
    int wake_ = -1;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

// Takes HTTP requests and answers as it is told.
class HttpSink {
  public:
    struct Request {
        std::string line;                            // "POST /path HTTP/1.1"
        std::map<std::string, std::string> headers;  // names in lower case
        std::string body;
    };
    struct Answer {
        std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";
        std::string body = "ok";
        bool hang = false;     // after that
        bool endless = false;  // the body, again and again
        bool unread = false;   // answers, or closes, before it reads
    };

    explicit HttpSink(Answer answer);
    HttpSink();
    HttpSink(Answer answer, const Certificate& certificate);

    std::string url(const std::string& path = "/", const std::string& host = "127.0.0.1") const;
    std::uint16_t port() const { return server_.port(); }
    std::vector<Request> requests() const;

  private:
    void serve(Connection& connection);

    Answer answer_;
    const Certificate* certificate_ = nullptr;
    mutable std::mutex mutex_;
    std::vector<Request> requests_;
    LoopbackServer server_;
};

// Takes mail. `replies` replaces the reply to a command ("RCPT" -> "550 5.7.1 No"); "." is the end of the
// data. One for "QUIT" means that it is not answered at all.
class SmtpSink {
  public:
    struct Behaviour {
        std::vector<std::string> capabilities;
        std::map<std::string, std::string> replies;
        const Certificate* certificate = nullptr;  // of STARTTLS
        bool tls_first = false;                    // smtps
    };
    struct Mail {
        std::vector<std::string> commands;
        std::string data;
        bool tls = false;
    };

    explicit SmtpSink(Behaviour behaviour);
    std::string url(const std::string& scheme = "smtp", const std::string& host = "127.0.0.1") const;
    std::vector<Mail> mails() const;

  private:
    void serve(Connection& connection);

    Behaviour behaviour_;
    mutable std::mutex mutex_;
    std::vector<Mail> mails_;
    LoopbackServer server_;
};

}  // namespace reputed::test
