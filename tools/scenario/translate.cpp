#include "tools/scenario/translate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <utility>

#include "tools/scenario/loading.hpp"

namespace scenario {
namespace {

using models::Mechanism;

Node text_node(std::string text, Mark mark) {
  Node node;
  node.kind = Node::Kind::scalar;
  node.text = std::move(text);
  node.mark = mark;
  return node;
}

void set(Node& map, std::string_view key, const std::string& text) {
  if (Node* found = map.find(key); found != nullptr) {
    *found = text_node(text, found->mark);
    return;
  }
  if (map.is_null()) map = empty_map(map.mark);
  map.keys.push_back({std::string{key}, map.mark});
  map.items.push_back(text_node(text, map.mark));
}

void erase_at(Node& node, std::size_t i) {
  const auto at = static_cast<std::ptrdiff_t>(i);
  if (node.is_map()) node.keys.erase(node.keys.begin() + at);
  node.items.erase(node.items.begin() + at);
}

void erase(Node& map, std::string_view key) {
  for (std::size_t i = 0; i < map.keys.size(); ++i)
    if (map.keys[i].text == key) return erase_at(map, i);
}

/// Name of an entry: its key, or `name:` in a list.
std::string name_of(const Node& collection, std::size_t i) {
  if (collection.is_map()) return collection.keys[i].text;
  const Node* name = collection.items[i].find("name");
  return name == nullptr ? std::string{} : name->text;
}

Node* entry(Node* collection, std::string_view name) {
  if (collection == nullptr) return nullptr;
  for (std::size_t i = 0; i < collection->items.size(); ++i)
    if (name_of(*collection, i) == name) return &collection->items[i];
  return nullptr;
}

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// Whether SQL names a table: its bare name as a whole word, in any case.
bool names(const std::string& sql, const std::string& table) {
  const auto same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  };
  for (auto from = sql.begin();;) {
    const auto at = std::search(from, sql.end(), table.begin(), table.end(), same);
    if (at == sql.end()) return false;
    const auto end = at + static_cast<std::ptrdiff_t>(table.size());
    if ((at == sql.begin() || !is_word(*(at - 1))) && (end == sql.end() || !is_word(*end)))
      return true;
    from = at + 1;
  }
}

class Translator {
 public:
  Translator(Node& tree, const models::Mesh& mesh, const models::Provisioning& provisioning,
             const Translation& wanted)
      : tree_{tree}, mesh_{mesh}, provisioning_{provisioning}, wanted_{wanted} {}

  void product(std::size_t p) {
    const models::Product& product = mesh_.products[p];
    Node* section = entry(tree_.find("products"), product.name);
    if (section == nullptr || product.tables.empty()) return;
    const int database = mesh_.tables[static_cast<std::size_t>(product.tables.front())].database;
    for (std::size_t c = 0; c < product.consumers.size(); ++c)
      if (Node* consumer = entry(section->find("consumers"), product.consumers[c].name);
          consumer != nullptr)
        this->consumer(p, c, database, *consumer);
    if (wanted_.mechanism == Mechanism::event) {
      subscribe_what_is_read(product, *section);
      prepare_publisher(product, database);
    }
  }

  void finish() {
    empty_nodes();
    follow_moves();
    incidents();
    erase(tree_, "objectives");
  }

  std::vector<std::string> take() { return std::move(rules_); }

 private:
  struct Moved {
    std::string host, database;  // where a database goes; database: its new name
  };

  const models::Node& node_of(int database) const {
    return mesh_
        .nodes[static_cast<std::size_t>(mesh_.databases[static_cast<std::size_t>(database)].node)];
  }
  void rule(std::string text) {
    if (std::find(rules_.begin(), rules_.end(), text) == rules_.end())
      rules_.push_back(std::move(text));
  }

  /// Databases that a consumer reads in: its domain's, else all of its node.
  std::vector<int> databases_of(std::size_t p, std::size_t c) const {
    const int domain = provisioning_.products[p].consumers[c].domain;
    if (domain >= 0) return {mesh_.domains[static_cast<std::size_t>(domain)].database};
    std::vector<int> all;
    for (std::size_t d = 0; d < mesh_.databases.size(); ++d)
      if (mesh_.databases[d].node == mesh_.products[p].consumers[c].node)
        all.push_back(static_cast<int>(d));
    return all;
  }

  void consumer(std::size_t p, std::size_t c, int producer, Node& node) {
    const models::Consumer& as_it_is = mesh_.products[p].consumers[c];
    if (as_it_is.mechanism == wanted_.mechanism) return;
    set(node, "mechanism", std::string{name(wanted_.mechanism)});
    if (wanted_.mechanism != Mechanism::event)
      for (const char* key : {"subscription", "slot", "binary", "copy_data", "streaming",
                              "disable_on_error", "decode_rate", "apply_rates"})
        erase(node, key);
    if (as_it_is.mechanism == Mechanism::event) no_longer_subscribed_.insert(as_it_is.subscription);
    const std::string label = mesh_.products[p].name + "/" + as_it_is.name;
    const models::Node& host = node_of(producer);
    const bool together = wanted_.mechanism == Mechanism::logical;
    if (together || wanted_.mechanism == Mechanism::databases) {
      for (const int database : databases_of(p, c)) move(database, producer, together);
      set(node, "node", host.name);
      if (together)
        rule(fmt::format("{}: reads the tables themselves, in {}'s database", label, host.name));
      else
        rule(fmt::format("{}: foreign tables over loopback on {}", label, host.name));
    } else {
      for (const int database : databases_of(p, c))
        if (database == producer) apart(p, c, producer);
      rule(wanted_.mechanism == Mechanism::federated
               ? fmt::format("{}: the tables are foreign, queries run on {}", label,
                             node_name(as_it_is.node))
               : fmt::format("{}: subscribed, queries read the copy on {}", label,
                             node_name(as_it_is.node)));
    }
    if (wanted_.mechanism == Mechanism::databases)
      for (const int database : databases_of(p, c))
        if (database == producer) apart(p, c, producer);
  }

  std::string node_name(int node) const {
    return node < 0 ? std::string{"nowhere"} : mesh_.nodes[static_cast<std::size_t>(node)].name;
  }

  /// A database of the consumer's goes to the producer's node, or all its schemas into the
  /// producer's database.
  void move(int database, int producer, bool together) {
    if (database == producer) return;
    const models::Database& from = mesh_.databases[static_cast<std::size_t>(database)];
    const models::Node& host = node_of(producer);
    const bool here = node_of(database).name == host.name;
    if (here && !together) return;
    std::string to = from.name;
    if (together) {
      to = mesh_.databases[static_cast<std::size_t>(producer)].name;
    } else {
      for (const models::Database& other : mesh_.databases)
        if (other.name == to && node_name(other.node) == host.name)
          to = fmt::format("{}_{}", from.name, node_name(from.node));
    }
    moved_.emplace_back(database, Moved{host.name, to});
    for (const models::Domain& domain : mesh_.domains)
      if (domain.database == database)
        if (Node* section = entry(tree_.find("domains"), domain.name); section != nullptr) {
          set(*section, "node", host.name);
          set(*section, "database", to);
        }
    rule(together ? fmt::format("database {} of {}: its schemas move into database {} of {}",
                                from.name, node_name(from.node), to, host.name)
                  : fmt::format("database {} of {} moves to {}, on its volumes", from.name,
                                node_name(from.node), host.name));
  }

  /// A consumer in the producer's own database gets one of its own on the same node.
  void apart(std::size_t p, std::size_t c, int producer) {
    const int domain = provisioning_.products[p].consumers[c].domain;
    if (domain < 0) return;
    const models::Domain& own = mesh_.domains[static_cast<std::size_t>(domain)];
    for (const int table : mesh_.products[p].tables)
      if (mesh_.tables[static_cast<std::size_t>(table)].domain == own.name) return;
    if (Node* section = entry(tree_.find("domains"), own.name); section != nullptr)
      set(*section, "database", own.name);
    rule(fmt::format("domain {}: its schemas move to a database of their own on {}", own.name,
                     node_of(producer).name));
  }

  /// Nodes without a domain and a consumer of their own.
  void empty_nodes() {
    for (const auto& [database, moved] : moved_) {
      const int from = mesh_.databases[static_cast<std::size_t>(database)].node;
      const std::string& name = node_name(from);
      if (name == moved.host || gone_.contains(from) || hosts_domain(name)) continue;
      gone_.insert(from);
      hosts_[name] = moved.host;
      add_hardware(mesh_.nodes[static_cast<std::size_t>(from)], moved.host);
      Node* nodes = tree_.find("nodes");
      for (std::size_t i = 0; i < nodes->items.size(); ++i)
        if (name_of(*nodes, i) == name) {
          erase_at(*nodes, i);
          break;
        }
    }
  }

  bool hosts_domain(const std::string& node) const {
    const Node* domains = tree_.find("domains");
    if (domains == nullptr) return false;
    return std::any_of(domains->items.begin(), domains->items.end(), [&](const Node& domain) {
      const Node* at = domain.find("node");
      return at != nullptr && at->text == node;
    });
  }

  void add_hardware(const models::Node& from, const std::string& host) {
    if (!wanted_.keep_hardware) {
      rule(fmt::format("{} vanishes, and its hardware with it", from.name));
      return;
    }
    Node* node = entry(tree_.find("nodes"), host);
    if (node == nullptr) return;
    int& cores = cores_[host];
    double& memory = memory_[host];
    for (const models::Node& known : mesh_.nodes)
      if (known.name == host && cores == 0) cores = known.cores, memory = known.memory.value;
    if (cores > 0 && from.cores > 0) set(*node, "cores", std::to_string(cores += from.cores));
    if (memory > 0 && from.memory.value > 0)
      set(*node, "memory", fmt::format("{:.0f}kB", (memory += from.memory.value) / 1024));
    rule(fmt::format("{} vanishes; its cores and memory are added to {}, volumes are {}'s",
                     from.name, host, host));
  }

  /// What stood on a vanished node: consumers go with it, links and standbys vanish.
  void follow_moves() {
    if (Node* products = tree_.find("products"); products != nullptr)
      for (Node& product : products->items)
        if (Node* consumers = product.find("consumers"); consumers != nullptr)
          for (Node& consumer : consumers->items)
            if (Node* node = consumer.find("node"); node != nullptr)
              if (const auto host = hosts_.find(node->text); host != hosts_.end())
                node->text = host->second;
    for (std::size_t p = 0; p < mesh_.products.size(); ++p)
      for (std::size_t c = 0; c < mesh_.products[p].consumers.size(); ++c) follow_domain(p, c);
    remove("links", mesh_.links.size(), [&](std::size_t i) {
      const models::Link& link = mesh_.links[i];
      if (!gone_.contains(link.a) && !gone_.contains(link.b)) return false;
      gone_links_.insert(static_cast<int>(i));
      rule(fmt::format("link {} vanishes with its node", link.name));
      return true;
    });
    remove("standbys", mesh_.standbys.size(), [&](std::size_t i) {
      if (!gone_.contains(mesh_.standbys[i].node)) return false;
      gone_standbys_.insert(static_cast<int>(i));
      rule(fmt::format("standby {} vanishes with its node", mesh_.standbys[i].name));
      return true;
    });
  }

  /// A consumer reads in a database that moved, for whichever product it did.
  void follow_domain(std::size_t p, std::size_t c) {
    const int domain = provisioning_.products[p].consumers[c].domain;
    if (domain < 0) return;
    const int database = mesh_.domains[static_cast<std::size_t>(domain)].database;
    for (const auto& [from, moved] : moved_) {
      Node* product = entry(tree_.find("products"), mesh_.products[p].name);
      Node* consumer = product == nullptr
                           ? nullptr
                           : entry(product->find("consumers"), mesh_.products[p].consumers[c].name);
      if (from == database && consumer != nullptr) set(*consumer, "node", moved.host);
    }
  }

  /// Removes entries of a collection that has `count` of them, in the order of the mesh.
  template <class Vanishes>
  void remove(const char* key, std::size_t count, Vanishes vanishes) {
    Node* collection = tree_.find(key);
    if (collection == nullptr || collection->items.size() != count) return;
    for (std::size_t i = count; i-- > 0;)
      if (vanishes(i)) erase_at(*collection, i);
  }

  void incidents() {
    // A name is written where it was derived: a derived one would change with the order.
    Node* list = tree_.find("incidents");
    if (list == nullptr || list->items.size() != mesh_.incidents.size()) return;
    for (std::size_t i = 0; i < list->items.size(); ++i) {
      if (list->is_sequence()) set(list->items[i], "name", mesh_.incidents[i].name);
      if (Node* node = list->items[i].find("node"); node != nullptr)
        if (const auto host = hosts_.find(node->text);
            host != hosts_.end() &&
            mesh_.incidents[i].kind == models::Incident::Kind::open_transaction)
          node->text = host->second;
    }
    remove("incidents", mesh_.incidents.size(), [&](std::size_t i) {
      const models::Incident& incident = mesh_.incidents[i];
      const bool subscriber = incident.kind == models::Incident::Kind::subscriber_down &&
                              no_longer_subscribed_.contains(incident.subscription);
      const bool archiver = incident.kind == models::Incident::Kind::archiver_failing &&
                            gone_.contains(incident.node);
      if (!subscriber && !archiver && !gone_links_.contains(incident.link) &&
          !gone_standbys_.contains(incident.standby))
        return false;
      rule(fmt::format("incident {} vanishes with what it hits", incident.name));
      return true;
    });
  }

  /// A publication of the tables that the consumers' queries read; of all where a consumer has
  /// none.
  void subscribe_what_is_read(const models::Product& product, Node& section) {
    Node* tables = section.find("tables");
    if (tables == nullptr || !tables->is_sequence() ||
        tables->items.size() != product.tables.size())
      return;
    for (const models::Consumer& consumer : product.consumers)
      if (consumer.queries.empty() || consumer.mechanism == Mechanism::event) return;
    const auto read = [&](std::size_t t) {
      const std::string& table = mesh_.tables[static_cast<std::size_t>(product.tables[t])].name;
      return std::any_of(product.consumers.begin(), product.consumers.end(),
                         [&](const models::Consumer& consumer) {
                           return std::any_of(
                               consumer.queries.begin(), consumer.queries.end(),
                               [&](const auto& query) { return names(query.sql, table); });
                         });
    };
    std::vector<std::size_t> unread;
    for (std::size_t t = product.tables.size(); t-- > 0;)
      if (!read(t)) unread.push_back(t);
    if (unread.size() == product.tables.size()) return;
    for (const std::size_t t : unread) {
      rule(fmt::format("product {}: {} is read by no query and not published", product.name,
                       mesh_.tables[static_cast<std::size_t>(product.tables[t])].qualified_name()));
      erase_at(*tables, t);
    }
  }

  /// What logical replication asks of the producer: wal_level, and no rebuild by swap.
  void prepare_publisher(const models::Product& product, int database) {
    const models::Node& publisher = node_of(database);
    if (publisher.settings.wal_level != models::WalLevel::logical)
      if (Node* node = entry(tree_.find("nodes"), publisher.name); node != nullptr) {
        if (node->find("settings") == nullptr) {
          node->keys.push_back({"settings", node->mark});
          node->items.push_back(empty_map(node->mark));
        }
        set(*node->find("settings"), "wal_level", "logical");
        rule(fmt::format("{}: wal_level = logical", publisher.name));
      }
    for (const models::Job& job : mesh_.jobs) {
      if (job.kind != models::Job::Kind::rebuild || job.by != models::Job::Rebuild::swap ||
          std::find(product.tables.begin(), product.tables.end(), job.table) ==
              product.tables.end())
        continue;
      rebuild_in_place(job);
    }
  }

  void rebuild_in_place(const models::Job& job) {
    const models::Table& table = mesh_.tables[static_cast<std::size_t>(job.table)];
    Node* domain = entry(tree_.find("domains"), job.domain);
    Node* workload = domain == nullptr ? nullptr : domain->find("workload");
    if (workload == nullptr) return;
    for (Node& work : workload->items) {
      Node* rebuild = work.find("rebuild");
      const Node* name = rebuild == nullptr ? nullptr : rebuild->find("table");
      if (name == nullptr || (name->text != table.name && name->text != table.qualified_name()))
        continue;
      set(*rebuild, "by", "truncate_insert");
      rule(fmt::format("{} is published: rebuilt by truncate_insert instead of swap",
                       table.qualified_name()));
    }
  }

  Node& tree_;
  const models::Mesh& mesh_;
  const models::Provisioning& provisioning_;
  const Translation& wanted_;
  std::vector<std::pair<int, Moved>> moved_;  // by database of the mesh as it is
  std::set<int> gone_, gone_links_, gone_standbys_, no_longer_subscribed_;
  std::map<std::string, std::string> hosts_;  // where a vanished node's inhabitants went
  std::map<std::string, int> cores_;
  std::map<std::string, double> memory_;
  std::vector<std::string> rules_;
};

}  // namespace

std::string_view name(Mechanism mechanism) {
  switch (mechanism) {
    case Mechanism::logical:
      return "logical";
    case Mechanism::databases:
      return "databases";
    case Mechanism::federated:
      return "federated";
    case Mechanism::event:
      break;
  }
  return "event";
}

std::vector<std::string> translate(Node& tree, const models::Mesh& as_it_is,
                                   const models::Provisioning& provisioning,
                                   const Translation& wanted, Problems& problems) {
  for (const std::string& product : wanted.products)
    if (index_of(as_it_is.products, product) < 0)
      problems.add({}, fmt::format("there is no product '{}'", product), "");
  Translator translator{tree, as_it_is, provisioning, wanted};
  for (std::size_t p = 0; p < as_it_is.products.size(); ++p)
    if (wanted.products.empty() || std::find(wanted.products.begin(), wanted.products.end(),
                                             as_it_is.products[p].name) != wanted.products.end())
      translator.product(p);
  translator.finish();
  return translator.take();
}

}  // namespace scenario
