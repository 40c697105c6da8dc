#include "config/yaml_tree.hpp"

#include <cstddef>
#include <map>
#include <sstream>
#include <stdexcept>

#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include "config/text.hpp"

namespace reputed {

namespace {

constexpr std::size_t most_nodes = 10'000;

struct Fault {
    YAML::Mark mark;
    std::string message;
};

std::size_t nodes_of(const YamlNode& node) {
    std::size_t count = 1;
    for (const auto& item : node.items)
        count += nodes_of(item);
    return count;
}

class TreeBuilder : public YAML::EventHandler {
  public:
    YamlNode root;

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        place(mark, anchor, made(mark, YamlNode::Kind::null));
    }
    void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  const std::string& value) override {
        auto node = made(mark, YamlNode::Kind::scalar);
        node.text = value;
        place(mark, anchor, std::move(node));
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        begin(mark, anchor, YamlNode::Kind::list);
    }
    void OnSequenceEnd() override { end(); }
    void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        begin(mark, anchor, YamlNode::Kind::map);
    }
    void OnMapEnd() override { end(); }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const auto known = anchors_.find(anchor);
        if (known == anchors_.end()) throw Fault{mark, "an alias stands inside of what it means"};
        count(mark, nodes_of(known->second));
        put(YamlNode(known->second));
    }

  private:
    struct Open {
        YamlNode node;
        YAML::anchor_t anchor;
    };

    static YamlNode made(const YAML::Mark& mark, YamlNode::Kind kind) {
        YamlNode node;
        node.kind = kind;
        node.line = static_cast<unsigned>(mark.line) + 1;
        node.column = static_cast<unsigned>(mark.column) + 1;
        return node;
    }
    void count(const YAML::Mark& mark, std::size_t more) {
        nodes_ += more;
        if (nodes_ > most_nodes)
            throw Fault{mark,
                        "more than " + std::to_string(most_nodes) + " values: too many for a configuration"};
    }
    void place(const YAML::Mark& mark, YAML::anchor_t anchor, YamlNode node) {
        count(mark, 1);
        if (anchor != 0) anchors_[anchor] = node;
        put(std::move(node));
    }
    void put(YamlNode node) {
        if (open_.empty())
            root = std::move(node);
        else
            open_.back().node.items.push_back(std::move(node));
    }
    void begin(const YAML::Mark& mark, YAML::anchor_t anchor, YamlNode::Kind kind) {
        count(mark, 1);
        open_.push_back({made(mark, kind), anchor});
    }
    void end() {
        Open done = std::move(open_.back());
        open_.pop_back();
        if (done.anchor != 0) anchors_[done.anchor] = done.node;
        put(std::move(done.node));
    }

    std::vector<Open> open_;
    std::map<YAML::anchor_t, YamlNode> anchors_;
    std::size_t nodes_ = 0;
};

}  // namespace

std::optional<YamlNode> parse_yaml(std::string_view text, const std::string& file, Problems& problems) {
    const auto report = [&](const YAML::Mark& mark, const std::string& message) {
        const bool placed = !mark.is_null();
        problems.push_back({file, placed ? static_cast<unsigned>(mark.line) + 1 : 0,
                            placed ? static_cast<unsigned>(mark.column) + 1 : 0, message});
    };
    try {
        std::istringstream stream{std::string(text)};
        YAML::Parser parser(stream);
        TreeBuilder builder;
        if (!parser.HandleNextDocument(builder)) return YamlNode{};
        TreeBuilder more;
        if (parser.HandleNextDocument(more)) {
            problems.push_back(
                {file, more.root.line, more.root.column, "a second document: only one is read"});
            return {};
        }
        return std::move(builder.root);
    } catch (const YAML::DeepRecursion& error) {
        report(error.mark, "nested too deeply");
    } catch (const YAML::Exception& error) {
        report(error.mark, "not YAML: " + printable(error.msg, 200));
    } catch (const Fault& fault) {
        report(fault.mark, fault.message);
    } catch (const std::exception&) {  // what yaml-cpp lets through of its own containers
        report(YAML::Mark::null_mark(), "not YAML");
    }
    return {};
}

}  // namespace reputed
